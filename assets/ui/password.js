// The password field: shows and hides, and on sign-up measures. What is typed stays in the field.
import { createElement as h, useId, useState } from "react";
import { icon } from "./icon.js";
import { strength, WORDS } from "./strength.js";

export function PasswordField({ label, name, error, help, meter, autoComplete }) {
  const id = useId();
  const [shown, show] = useState(false);
  const [score, measure] = useState(null);
  const about = error ? `${id}-e` : help ? `${id}-h` : undefined;

  const typed = (event) => {
    if (!meter) return;
    const value = event.target.value;
    const others = [...(event.target.form?.elements ?? [])].filter((field) => field.name && field.name !== name);
    measure(value ? strength(value, others.map((field) => field.value).filter(Boolean)) : null);
  };

  return h(
    "div",
    { className: error ? "f bad" : "f" },
    h("label", { htmlFor: id }, label),
    h(
      "div",
      { className: "in" },
      h("input", {
        id,
        name,
        type: shown ? "text" : "password",
        autoComplete,
        required: true,
        spellCheck: false,
        autoCapitalize: "none",
        "aria-invalid": error ? true : undefined,
        "aria-describedby": about,
        onChange: typed,
      }),
      h(
        "button",
        {
          type: "button",
          className: "ib",
          "aria-pressed": shown,
          "aria-label": "Show password",
          title: shown ? "Hide password" : "Show password",
          onClick: () => show(!shown),
        },
        icon("eye"),
      ),
    ),
    meter &&
      score !== null &&
      h(
        "div",
        { className: "meter", "data-score": score },
        ...[1, 2, 3, 4].map((step) => h("i", { key: step, className: step <= score ? "y" : "" })),
        h("span", { role: "status" }, WORDS[score]),
      ),
    error
      ? h("p", { id: `${id}-e`, className: "err" }, icon("circle-alert"), error)
      : help && score === null && h("p", { id: `${id}-h`, className: "help" }, help),
  );
}
