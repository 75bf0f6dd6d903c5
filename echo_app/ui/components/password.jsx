import { useState } from "react";

/** A password's input with a button that shows and hides what was typed. */
export function PasswordInput({ className, buttonClassName, ...input }) {
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <input {...input} type={shown ? "text" : "password"} className={className} />
      <button
        type="button"
        aria-pressed={shown}
        aria-controls={input.id}
        onClick={() => setShown(!shown)}
        className={buttonClassName}
      >
        {shown ? "Hide" : "Show"}
        <span className="sr-only"> password</span>
      </button>
    </div>
  );
}
