// A poll: a modal asks for a question and its answers, buttons take the votes, the message counts them.
const { App } = require("@slack/bolt");

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});
const votes = new Map();
const plain = (text) => ({ type: "plain_text", text });
const field = (name, label, element) => ({
  type: "input",
  block_id: name,
  label: plain(label),
  element: { action_id: name, ...element },
});

async function openForm({ ack, body, client }) {
  await ack();
  const where = {
    type: "conversations_select",
    default_to_current_conversation: true,
    filter: { include: ["public", "private"] },
  };
  await client.views.open({
    trigger_id: body.trigger_id,
    view: {
      type: "modal",
      callback_id: "poll_form",
      title: plain("New poll"),
      submit: plain("Ask"),
      blocks: [
        field("question", "Question", { type: "plain_text_input" }),
        field("answers", "Answers, one a line", { type: "plain_text_input", multiline: true }),
        field("channel", "Channel", where),
      ],
    },
  });
}
app.command("/poll", openForm);
app.shortcut("start_poll", openForm);

app.view("poll_form", async ({ ack, view, client }) => {
  const { values } = view.state;
  const lines = values.answers.answers.value.split("\n").map((line) => line.trim());
  const answers = lines.filter(Boolean);
  if (answers.length < 2) {
    await ack({ response_action: "errors", errors: { answers: "At least two answers are needed." } });
    return;
  }
  await ack();
  const question = values.question.question.value;
  await client.chat.postMessage({
    channel: values.channel.channel.selected_conversation,
    text: question,
    blocks: pollBlocks(question, answers, new Map()),
    metadata: { event_type: "poll", event_payload: { answers } },
  });
});

app.action("vote", async ({ ack, body, client }) => {
  await ack();
  const channel = body.channel.id;
  const { message } = body;
  const poll = JSON.parse(body.actions[0].value);
  const key = `${channel} ${message.ts}`;
  const cast = votes.get(key) ?? new Map();
  cast.set(body.user.id, poll.answer);
  votes.set(key, cast);
  const blocks = pollBlocks(poll.question, poll.answers, cast);
  await client.chat.update({ channel, ts: message.ts, text: message.text, blocks });
});

function pollBlocks(question, answers, cast) {
  const head = { type: "section", text: { type: "mrkdwn", text: `*${question}*` } };
  const rows = answers.map((answer, number) => {
    const voters = [...cast].filter(([, chosen]) => chosen === number).map(([user]) => `<@${user}>`);
    const value = JSON.stringify({ question, answers, answer: number });
    return {
      type: "section",
      text: { type: "mrkdwn", text: `${answer}: ${voters.length} ${voters.join(" ")}` },
      accessory: { type: "button", action_id: "vote", text: plain(answer), value },
    };
  });
  return [head, ...rows];
}

(async () => {
  await app.start();
  console.log("Bolt app is running!");
})();
