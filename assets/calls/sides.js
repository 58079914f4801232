// Who is who in a call. A call is the server's, see `docs/protocol.md`.

import { AGAIN } from "./words.js";

const otherSide = (call, me) => (call.caller === me ? call.callee : call.caller);

/** Whether this device of `me` is in the call. */
export const isIn = (call, me, device) => (call.caller === me ? call.callerDevice : call.calleeDevice) === device && [call.caller, call.callee].includes(me);

/** Whether it rings for `me`, on all devices. */
export const ringsFor = (call, me) => call.callee === me && call.state === "ringing";

/** Whether `me` answered it on another device. */
export const isElsewhere = (call, me, device) => call.callee === me && Boolean(call.calleeDevice) && call.calleeDevice !== device;

/** Whom a call is about, as `{room, peer, kind}`. */
export const targetOf = (call, me) => ({ room: call.room, peer: otherSide(call, me), kind: call.kind });

/** What is told of a call that never came to be. What is refused as it is would be refused again. */
export const notMade = (title, error, otherwise) => ({ title, line: error?.message ?? otherwise, again: error?.code === "invalid" ? "" : AGAIN, brief: false });
