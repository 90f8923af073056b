import { EXIT_FAILURE, EXIT_SUCCESS } from './command.ts';

/** SIGTERM and SIGINT end the program in good order, with status 0; a second one ends it at once. */
export function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(EXIT_FAILURE);
    stopping = true;
    void stop().then(() => process.exit(EXIT_SUCCESS));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
