// A Home tab with a list of things to do: a button opens a modal, checkboxes take things off the list.
const { App } = require("@slack/bolt");

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});
const lists = new Map();
const plain = (text) => ({ type: "plain_text", text });

async function publish(client, user) {
  const button = { type: "button", action_id: "add", text: plain("Add a thing"), style: "primary" };
  const blocks = [
    { type: "header", text: plain("To do") },
    { type: "actions", elements: [button] },
  ];
  const things = lists.get(user) ?? [];
  if (things.length) {
    const options = things.map((thing) => ({ text: plain(thing), value: thing }));
    const accessory = { type: "checkboxes", action_id: "done", options };
    blocks.push({ type: "section", text: plain("Tick what is done"), accessory });
  }
  await client.views.publish({ user_id: user, view: { type: "home", blocks } });
}

app.event("app_home_opened", async ({ event, client }) => {
  if (event.tab === "home") await publish(client, event.user);
});

app.action("add", async ({ ack, body, client }) => {
  await ack();
  const element = { type: "plain_text_input", action_id: "thing" };
  const thing = { type: "input", block_id: "thing", label: plain("What?"), element };
  await client.views.open({
    trigger_id: body.trigger_id,
    view: { type: "modal", callback_id: "new", title: plain("New"), submit: plain("Add"), blocks: [thing] },
  });
});

app.view("new", async ({ ack, body, view, client }) => {
  await ack();
  const user = body.user.id;
  lists.set(user, [...(lists.get(user) ?? []), view.state.values.thing.thing.value]);
  await publish(client, user);
});

app.action("done", async ({ ack, body, action, client }) => {
  await ack();
  const user = body.user.id;
  const ticked = new Set(action.selected_options.map((option) => option.value));
  lists.set(user, (lists.get(user) ?? []).filter((thing) => !ticked.has(thing)));
  await publish(client, user);
});

(async () => {
  await app.start();
  console.log("Bolt app is running!");
})();
