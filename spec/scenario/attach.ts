import { completeChecksums } from '../lab/checksums.ts';
import { Namespace } from '../support/network-namespace.ts';
import type { Attachment, Scenario } from './scenario.ts';
import { passOn } from './service.ts';
import { type Stage, usesOpenVswitch } from './stage.ts';

/** What is attached at the moment. */
export class Ports {
  private readonly scenario: Scenario;
  private readonly stage: Stage;
  private readonly attached = new Set<string>();

  constructor(scenario: Scenario, stage: Stage) {
    this.scenario = scenario;
    this.stage = stage;
  }

  /** Types the command on the node; what it has printed. Its machine is ready then, and passes on if it is a service. */
  async attach(name: string): Promise<string> {
    const attachment = this.scenario.attachments.get(name)!;
    const { node, plan } = attachment;
    const output = await this.type(attachment, '--attach');
    this.attached.add(name);
    if (plan.port.kind !== 'netns') return output;
    const { netns, inside } = plan.port;
    const namespace = new Namespace(netns);
    if (usesOpenVswitch(this.scenario.nodes.get(node)!)) await completeChecksums(namespace, inside);
    const service = this.scenario.services.get(netns);
    const isComplete = service?.sides.every((side) => this.hasInterface(netns, side.interface)) === true;
    if (isComplete) await passOn(service);
    return output;
  }

  async detach(name: string): Promise<string> {
    const output = await this.type(this.scenario.attachments.get(name)!, '--detach');
    this.attached.delete(name);
    return output;
  }

  has(name: string): boolean {
    return this.attached.has(name);
  }

  /** Those of a node, in the order of the file. */
  of(node: string): readonly string[] {
    const all = [...this.scenario.attachments.values()];
    return all.filter((each) => each.node === node && this.attached.has(each.name)).map(({ name }) => name);
  }

  private async type(attachment: Attachment, action: string): Promise<string> {
    const words = [action, ...attachment.words, ...(await this.macWords(attachment))];
    const node = this.stage.nodes.get(attachment.node)!;
    const output = await node.command('bagpipe-rest-attach', ...words);
    return `${attachment.node}# bagpipe-rest-attach ${words.join(' ')}\n${output}`;
  }

  private async macWords({ macOf }: Attachment): Promise<readonly string[]> {
    if (macOf === undefined) return [];
    const { port } = this.scenario.attachments.get(macOf)!.plan;
    if (port.kind !== 'netns') return [];
    const mac = await new Namespace(port.netns).run(`cat /sys/class/net/${port.inside}/address`);
    return ['--mac', mac.trim()];
  }

  private hasInterface(machine: string, name: string): boolean {
    return [...this.attached].some((each) => {
      const { port } = this.scenario.attachments.get(each)!.plan;
      return port.kind === 'netns' && port.netns === machine && port.inside === name;
    });
  }
}
