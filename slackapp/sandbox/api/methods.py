"""The methods the sandbox answers."""

from slackapp.sandbox.api import chat, directory, files, oauth, validation, views
from slackapp.sandbox.api.calls import Handler

HANDLERS: dict[str, Handler] = {
    "api.test": oauth.api_test,
    "apps.connections.open": oauth.connections_open,
    "apps.manifest.validate": validation.manifest_validate,
    "auth.revoke": oauth.auth_revoke,
    "auth.teams.list": oauth.teams_list,
    "auth.test": oauth.auth_test,
    "blocks.validate": validation.blocks_validate,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.get_permalink,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.info": directory.conversations_info,
    "conversations.list": directory.conversations_list,
    "conversations.members": directory.conversations_members,
    "files.completeUploadExternal": files.complete_upload,
    "files.delete": files.delete,
    "files.getUploadURLExternal": files.get_upload_url,
    "oauth.v2.access": oauth.oauth_access,
    "reactions.get": directory.reactions_get,
    "team.info": directory.team_info,
    "usergroups.list": directory.usergroups_list,
    "usergroups.users.list": directory.usergroups_users_list,
    "users.info": directory.users_info,
    "users.list": directory.users_list,
    "views.open": views.open_view,
    "views.publish": views.publish_view,
    "views.push": views.push_view,
    "views.update": views.update_view,
}
