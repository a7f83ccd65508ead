"""The tables of this app that can be uploaded: figures, and the lists that figures are counted from."""

from quotas.importing.figures import FIGURES
from quotas.importing.promotions import PROMOTIONS
from quotas.importing.recruits import RECRUITS

__all__ = ["FIGURES", "PROMOTIONS", "RECRUITS"]
