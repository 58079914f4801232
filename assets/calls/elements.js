// What several pages need of media in React: a stream in an element, and a meter that shows how loud it is.

import { createElement, useEffect, useRef, useState } from "react";

/** Keep a media element and a stream together; `refused` is called when the browser waits for a click to play it. */
export function useStream(element, stream, refused) {
  const told = useRef(refused);
  told.current = refused;
  useEffect(() => {
    const media = element.current;
    if (!media) return undefined;
    if (media.srcObject !== stream) media.srcObject = stream;
    if (stream) {
      media.play().catch((error) => {
        if (error.name === "NotAllowedError") told.current?.();
      });
    }
    return () => {
      media.srcObject = null;
    };
  }, [element, stream]);
}

/** How loud `stream` is, as bars. `onLevel` hears the same as a number from 0 to 1, twelve times a second. */
export function Level({ stream, bars = 22, label, onLevel }) {
  const [level, setLevel] = useState(0);
  const told = useRef(onLevel);
  told.current = onLevel;
  useEffect(() => {
    if (!stream || !globalThis.AudioContext) return undefined;
    const context = new AudioContext();
    const meter = context.createAnalyser();
    meter.fftSize = 512;
    context.createMediaStreamSource(stream).connect(meter);
    const samples = new Float32Array(meter.fftSize);
    const timer = setInterval(() => {
      meter.getFloatTimeDomainData(samples);
      const power = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      // From -60 dB, which is nothing, to -10 dB, which is loud.
      const now = Math.min(1, Math.max(0, (20 * Math.log10(power + 1e-9) + 60) / 50));
      setLevel(now);
      told.current?.(now);
    }, 80);
    return () => {
      clearInterval(timer);
      context.close();
      setLevel(0);
    };
  }, [stream]);
  const lit = Math.round(level * bars);
  return createElement(
    "div",
    { className: "lvl", role: "meter", "aria-label": label, "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.round(level * 100) },
    Array.from({ length: bars }, (_, i) => createElement("i", { key: i, className: i < lit ? "y" : "" })),
  );
}
