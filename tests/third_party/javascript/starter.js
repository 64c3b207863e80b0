// The starter: listens to messages, mentions, reactions, a command and a button.
const { App } = require("@slack/bolt");

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});

app.message("hello", async ({ message, say }) => {
  const text = `Hey there <@${message.user}>!`;
  const button = { type: "button", text: { type: "plain_text", text: "Click Me" }, action_id: "button_click" };
  await say({ text, blocks: [{ type: "section", text: { type: "mrkdwn", text }, accessory: button }] });
});

app.action("button_click", async ({ ack, body, say }) => {
  await ack();
  await say(`<@${body.user.id}> clicked the button`);
});

app.message(/(\d+) \+ (\d+)/, async ({ context, message, say }) => {
  const [, first, second] = context.matches;
  await say({ text: String(Number(first) + Number(second)), thread_ts: message.ts });
});

app.event("app_mention", async ({ event, client, say }) => {
  await client.reactions.add({ channel: event.channel, timestamp: event.ts, name: "wave" });
  await say(`What's up, <@${event.user}>?`);
});

app.event("reaction_added", async ({ event, client }) => {
  const text = `:${event.reaction}: for <@${event.item_user}>`;
  await client.chat.postMessage({ channel: event.item.channel, text });
});

app.event("message", async ({ event, say }) => {
  if (event.subtype === "message_changed" && !event.message.bot_id) {
    await say(`It was: ${event.previous_message.text}`);
  }
});

app.command("/echo", async ({ ack, command }) => {
  await ack(command.text);
});

(async () => {
  await app.start();
  console.log("Bolt app is running!");
})();
