/**
 * What a test has built outside of its own process (other processes, namespaces, directories) must go when the test
 * ends, however it ends. Steps registered here run once, the newest first: when a suite says so, at the latest when
 * the process exits or is asked to by a signal. They are synchronous: nothing asynchronous runs during `exit`.
 */
const steps: (() => void)[] = [];
let listening = false;

/** Registers `step`; the function returned runs it now, and then not again at the end. */
export function atExit(step: () => void): () => void {
  listen();
  steps.push(step);
  return () => {
    const index = steps.indexOf(step);
    if (index < 0) return;
    steps.splice(index, 1);
    step();
  };
}

/**
 * Runs all steps now. A suite ends with it (`after`), because processes that it leaves running would keep it from
 * ending at all. What a suite builds it therefore builds in its tests and not when its file is loaded: the files of a
 * group are all loaded before the first suite runs.
 */
export function cleanUp(): void {
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    try {
      step();
    } catch (error) {
      // The others still have to run.
      console.error('clean-up failed:', error);
    }
  }
}

/** Forgets all steps: what was built stays. */
export function keepEverything(): void {
  steps.length = 0;
}

function listen(): void {
  if (listening) return;
  listening = true;
  process.on('exit', cleanUp);
  // Without a handler a signal ends the process at once, and nobody runs the steps.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => process.exit(130));
  }
}
