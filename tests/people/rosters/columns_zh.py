"""The headers of the roster in Chinese, in the template's order."""

from deploy_admin.people.rosters.columns import COLUMNS

HEADERS = [column.zh for column in COLUMNS if column.offered]
