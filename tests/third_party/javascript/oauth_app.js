// An app that workspaces install through OAuth, served over HTTP.
const { App, FileInstallationStore } = require("@slack/bolt");

const api = process.env.SLACK_API_URL;
const port = Number(process.env.PORT);

const app = new App({
  signingSecret: process.env.SLACK_SIGNING_SECRET,
  clientId: process.env.SLACK_CLIENT_ID,
  clientSecret: process.env.SLACK_CLIENT_SECRET,
  stateSecret: "a-secret-of-the-app",
  scopes: ["chat:write", "commands", "users:read", "channels:history"],
  redirectUri: `http://127.0.0.1:${port}/slack/oauth_redirect`,
  installationStore: new FileInstallationStore({ baseDir: `${process.env.APP_DATA}/installations` }),
  installerOptions: {
    authorizationUrl: api.replace("/api/", "/oauth/v2/authorize"),
    redirectUriPath: "/slack/oauth_redirect",
    directInstall: true,
  },
  clientOptions: { slackApiUrl: api },
});

app.command("/where", async ({ ack, client, context }) => {
  const { team } = await client.auth.test();
  await ack(`In ${team}, as ${context.botUserId}`);
});

app.message("anybody here", async ({ message, say }) => {
  await say(`I am, <@${message.user}>`);
});

(async () => {
  await app.start(port);
  console.log("Bolt app is running!");
})();
