"""Addresses of the door, one's own account, members and tokens."""

from __future__ import annotations

from django.urls import path

from deploy_admin.accounts.views import door, members, own, tokens

app_name = "accounts"

urlpatterns = [
    path("sign-in/", door.sign_in, name="sign_in"),
    path("sign-out/", door.sign_out, name="sign_out"),
    path("capacity/", door.switch_membership, name="switch_membership"),
    path("no-capacity/", door.no_capacity, name="no_capacity"),
    path("confirm/", door.confirm, name="confirm"),
    path("second-factor/code/", door.factor_verify, name="factor_verify"),
    path("second-factor/set-up/", door.factor_enrol, name="factor_enrol"),
    path("second-factor/recovery-codes/", own.recovery_codes, name="recovery_codes"),
    path("second-factor/", own.second_factor, name="second_factor"),
    path("me/", own.my_account, name="my_account"),
    path("password/", own.password, name="password"),
    path("members/", members.member_list, name="members"),
    path("members/add/", members.member_add, name="member_add"),
    path("members/<int:pk>/", members.member, name="member"),
    path("members/<int:pk>/replace/", members.member_replace, name="member_replace"),
    path("members/<int:pk>/end/", members.member_end, name="member_end"),
    path("members/<int:pk>/substitute/", members.member_substitute, name="member_substitute"),
    path("members/<int:pk>/person/", members.member_worker, name="member_worker"),
    path("members/<int:pk>/grant/", members.member_grant, name="member_grant"),
    path("members/<int:pk>/resume/", members.member_resume, name="member_resume"),
    path("members/<int:pk>/manager/", members.member_manager, name="member_manager"),
    path("members/<int:pk>/password/", members.member_password, name="member_password"),
    path("members/<int:pk>/second-factor/", members.member_factor, name="member_factor"),
    path("members/<int:pk>/unlock/", members.member_unlock, name="member_unlock"),
    path("members/<int:pk>/disable/", members.member_disable, name="member_disable"),
    path("tokens/", tokens.token_list, name="tokens"),
    path("tokens/issue/", tokens.token_issue, name="token_issue"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
]
