// What a call says to people.

export const AGAIN = "Call again";

/** How a call ends on a page that could not fetch what makes calls, as in a tab that is older than the server. */
export const TOO_OLD = Object.freeze({
  title: "The call could not be connected",
  line: "This page is too old for calls, or the server cannot be reached. Load it again.",
  again: "",
  brief: false,
});

/** "4 s", "12 min", "1 h 5 min". */
export function length(seconds) {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long a call was, in whole seconds; 0 when nothing was heard. */
function secondsOf(call) {
  return call.activeAt && call.endedAt ? Math.max(0, Math.floor((Date.parse(call.endedAt) - Date.parse(call.activeAt)) / 1000)) : 0;
}

/**
 * How the end of a call is told: `{title, line, again, brief}`. `again` says what a button that calls the same person
 * is named, or "" for none; `brief` goes by itself.
 *
 * @param elsewhere Whether another device of the own account is, or was, in it.
 */
export function ending({ call, me, name, elsewhere }) {
  const caller = call.caller === me;
  const lasted = secondsOf(call);
  const talked = lasted > 0 ? `It lasted ${length(lasted)}.` : "";
  const told = (title, line = "", more = {}) => ({ title, line, again: AGAIN, brief: false, ...more });
  const missed = () => told(`Missed call from ${name}`, "", { again: "Call back", brief: true });
  if (elsewhere) return told("Answered on another device", "", { again: "", brief: true });
  switch (call.reason) {
    case "hung_up":
      return told("Call ended", talked);
    case "declined":
      return caller ? told(`${name} declined`, "You can leave a message.") : null;
    case "cancelled":
      return caller ? null : missed();
    case "missed":
      return caller ? told(`${name} did not answer`, "You can leave a message.") : missed();
    case "busy":
      return caller ? told(`${name} is in another call`, "Try again later, or write.") : null;
    case "failed":
      return told("The call could not be connected", "No way was found between the two networks. The administrator can set up a relay.");
    case "server_restarted":
      return told("The call was interrupted", `The server was restarted. ${talked}`.trim());
    case "caller_gone":
    case "callee_gone": {
      const own = (call.reason === "caller_gone") === caller;
      return told(own ? "Your connection was lost" : `${name} lost the connection`, talked);
    }
    default:
      return told("Call ended", talked);
  }
}
