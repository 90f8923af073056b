import { type LinuxEvpnOptions, linuxEvpnSink } from '../../streams/sinks/linux-evpn.ts';
import { type Run, runProcess } from '../../streams/sinks/run-batch.ts';
import { SinkHandle } from './sink-handle.ts';

/** The sink of E-VPN on Linux with a handle, which writes down every command. */
export class SinkDriver extends SinkHandle {
  /** Batch lines and words that change something, in order. */
  readonly changes: string[];
  readonly warnings: string[];

  constructor(options: Partial<LinuxEvpnOptions>, run: Run = runProcess) {
    const changes: string[] = [];
    const warnings: string[] = [];
    const note = (message: string): unknown => warnings.push(message);
    const log = { debug: () => undefined, info: () => undefined, warning: note, error: note };
    const sink = linuxEvpnSink(
      { localAddress: '10.77.0.1', rootHelper: [], vxlanDstPort: 4789, log, ...options },
      async (words, input) => {
        changes.push(...words.filter((word) => /^net\/.*=/.test(word)));
        changes.push(...input.split('\n').filter((line) => line !== '' && line !== 'link show dev lo'));
        return await run(words, input);
      },
    );
    super(sink);
    this.changes = changes;
    this.warnings = warnings;
  }
}
