import { createSocket } from 'node:dgram';
import process from 'node:process';

/**
 * Sends one datagram each from many source ports.
 *
 * `udp-sender.mjs ADDRESS PORT COUNT`. Not compiled when it is run, so that it starts at once.
 */
const [address, port, count] = process.argv.slice(2);

for (let index = 0; index < Number(count); index += 1) {
  await new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.send(`flow ${index}`, Number(port), address, (error) => {
      socket.close();
      if (error === null) resolve(undefined);
      else reject(error);
    });
  });
}
