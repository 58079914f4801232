// What a tile of a call of a room shows of each person in it.

/**
 * @param seats As the server has them. @param me The own user id. @param shown What is heard and seen from here:
 * `{muted, camera, screen}`. @param people Names and pictures. @param streams By user id: `{audio, video}`.
 * @param ears Who speaks, and the bars of their line. @param now In milliseconds.
 */
export function tilesOf({ seats, me, shown, people, streams, ears, now }) {
  return seats.map((seat) => {
    const you = seat.user === me;
    return {
      id: seat.user,
      you,
      name: you ? "You" : people.name(seat.user),
      avatar: people.picture(seat.user),
      muted: you ? shown.muted : seat.muted,
      picture: you ? shown.camera || shown.screen : (seat.camera || seat.screen) && Boolean(streams.get(seat.user)?.video),
      screen: you ? shown.screen : seat.screen,
      speaking: !you && !seat.muted && ears.speaks(seat.user, now),
      bars: ears.bars(seat.user),
    };
  });
}
