// Polls: how a message that asks something is shown, and what a vote changes. `domain/polls.py` has the last word.

const NONE = Object.freeze([]);

export const NO_POLL = Object.freeze({ question: "", several: false, options: NONE, closed: false, can_vote: false, can_close: false, words: "" });

const keycap = (number) => `${number}\ufe0f\u20e3`;

/** The reactions that are votes in this message, in the order of the answers. */
export const ballots = (message) => (message.data?.poll?.answers ?? NONE).map((_, index) => keycap(index + 1));

/** The reactions that are not votes. */
export function reactionsBeside(message) {
  const votes = ballots(message);
  if (votes.length === 0) return message.reactions;
  return Object.fromEntries(Object.entries(message.reactions).filter(([emoji]) => !votes.includes(emoji)));
}

/** The reactions after one's vote was moved to `emoji`, or taken back; where several answers may be chosen, the others stay. */
export function voted(message, me, emoji, on) {
  const votes = message.data.poll.several ? [emoji] : ballots(message);
  const after = Object.entries(message.reactions).map(([each, people]) => [each, votes.includes(each) ? people.filter((id) => id !== me) : people]);
  const reactions = Object.fromEntries(after.filter(([, people]) => people.length > 0));
  if (on) reactions[emoji] = [...(reactions[emoji] ?? []), me];
  return reactions;
}

const severalWords = (voters) => `Several answers, ${voters === 0 ? "no votes" : voters === 1 ? "1 person" : `${voters} people`}`;

/** @param names `(userIds) => words`. @param may Whether votes are taken here at all. @param manages Whether this person may close it. */
export function pollView(message, { me, names, may, manages }) {
  const poll = message.data?.poll;
  if (!poll) return NO_POLL;
  const closed = poll.closedAt !== null;
  const options = ballots(message).map((emoji, index) => {
    const people = message.reactions[emoji] ?? NONE;
    return { emoji, text: poll.answers[index], people };
  });
  const several = poll.several === true;
  const voters = new Set(options.flatMap(({ people }) => people)).size;
  const total = several ? voters : options.reduce((sum, { people }) => sum + people.length, 0);
  const most = Math.max(...options.map(({ people }) => people.length));
  return {
    question: poll.question,
    several,
    options: options.map(({ emoji, text, people }) => ({
      emoji,
      text,
      count: people.length,
      width: `${total ? Math.round((100 * people.length) / total) : 0}%`,
      mine: people.includes(me),
      first: closed && most > 0 && people.length === most,
      names: people.length > 0 ? names(people) : "Nobody yet",
    })),
    closed,
    can_vote: may && !closed,
    can_close: manages && !closed,
    words: `${several ? severalWords(voters) : total === 0 ? "No votes" : total === 1 ? "1 vote" : `${total} votes`}${closed ? ", closed" : ""}`,
  };
}
