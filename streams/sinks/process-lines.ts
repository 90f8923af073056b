import { execa } from 'execa';
import { Observable } from 'rxjs';

/** What a program that runs on and on says: its lines, of both outputs, and at last why it ended. */
export type ProcessEvent = { readonly line: string } | { readonly ended: string };

/** Starts a program (never a shell) when subscribed, ends it when unsubscribed. Completes after `ended`, never fails. */
export function processLines([file, ...words]: readonly string[]): Observable<ProcessEvent> {
  return new Observable((subscriber) => {
    const subprocess = execa(file!, words, { stdin: 'ignore', reject: false, buffer: false, all: true });
    let last = '';
    let rest = '';
    subprocess.all.setEncoding('utf8');
    subprocess.all.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.trim() !== '') last = line;
        subscriber.next({ line });
      }
    });
    void subprocess.then(({ shortMessage, failed }) => {
      const reason = rest.trim() || last;
      subscriber.next({ ended: reason || (failed ? (shortMessage ?? 'failed') : 'it ended') });
      subscriber.complete();
    });
    return () => {
      // A helper like sudo hands this signal on to the program; it cannot do so with one that kills.
      subprocess.kill('SIGTERM');
      // What lives on for all that does not keep us, and ends when it has something to say.
      for (const output of [subprocess.stdout, subprocess.stderr, subprocess.all]) output.destroy();
    };
  });
}
