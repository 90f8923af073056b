#!/usr/bin/python3
"""A Neutron L2 agent reduced to what talks to bagpipe-bgp, for agent-client.spec.ts.

Real, as installed: the configuration (oslo.config), the manager that loads the agent extensions by their entry
points, the extensions, the REST client that they share with its polling loop, the versioned objects, and oslo.messaging
with its in-memory driver. Not real: the Neutron server, which answers pulls with the objects that the test gave; the
switch, of which the extensions only learn port numbers; the look whether a tap device exists.

    agent_client.py linuxbridge|ovs CONFIGURATION-FILE

Commands come in and answers go out as lines of JSON, on standard input and output; the log goes to standard error.
"""

from neutron.common import eventlet_utils

eventlet_utils.monkey_patch()

import json  # noqa: E402
import sys  # noqa: E402

from eventlet import greenio  # noqa: E402
from neutron.agent.common import ovs_lib  # noqa: E402
from neutron.agent.l2 import l2_agent_extensions_manager as extensions  # noqa: E402
from neutron.agent.linux import ip_lib  # noqa: E402
from neutron.api.rpc.handlers import resources_rpc  # noqa: E402
from neutron.common import config  # noqa: E402
from neutron.conf.agent import securitygroups_rpc  # noqa: E402
from neutron.plugins.ml2.drivers.openvswitch.agent import vlanmanager  # noqa: E402
from neutron_lib import constants  # noqa: E402
from neutron_lib import context  # noqa: E402
from neutron_lib import rpc as n_rpc  # noqa: E402
from neutron_lib.agent import topics  # noqa: E402
from oslo_config import cfg  # noqa: E402
import oslo_messaging  # noqa: E402

from networking_bagpipe.agent import bagpipe_bgp_agent  # noqa: E402

RESOURCES = constants.RPC_NAMESPACE_RESOURCES
AGENT_TYPES = {
    "linuxbridge": constants.AGENT_TYPE_LINUXBRIDGE,
    "ovs": constants.AGENT_TYPE_OVS,
}


class Server:
    """The part of a Neutron server that agents pull objects from."""

    target = oslo_messaging.Target(version="1.1", namespace=RESOURCES)

    def __init__(self):
        self.objects = {}

    def bulk_pull(self, _context, resource_type, version, filter_kwargs=None):
        def matches(primitive):
            data = primitive["versioned_object.data"]
            return all(data.get(name) == value for name, value in (filter_kwargs or {}).items())

        return [each for each in self.objects.get(resource_type, []) if matches(each)]


class Switch:
    """A bridge of which nothing is seen but the numbers of its ports."""

    def __init__(self, *_arguments, **_options):
        pass

    def __getattr__(self, _method):
        return lambda *arguments, **options: 1


class AgentApi:
    def request_int_br(self):
        return Switch()

    def request_tun_br(self):
        return Switch()


class Agent:
    def __init__(self, driver, configuration_file):
        config.register_common_config_options()
        extensions.register_opts(cfg.CONF)
        securitygroups_rpc.register_securitygroups_opts()
        config.init(["--config-file", configuration_file])
        config.setup_logging()
        self.driver = driver
        self.context = context.get_admin_context()
        self.server = Server()
        for consume in (self._serve_pulls, self._start_extensions):
            consume(n_rpc.Connection())
        self.client = bagpipe_bgp_agent.BaGPipeBGPAgent.get_instance(AGENT_TYPES[driver])

    def _serve_pulls(self, connection):
        connection.create_consumer(topics.PLUGIN, [self.server], fanout=False)
        connection.consume_in_threads()

    def _start_extensions(self, connection):
        ip_lib.device_exists = lambda *arguments, **options: True
        ovs_lib.OVSBridge = Switch
        self.extensions = extensions.L2AgentExtensionsManager(cfg.CONF)
        self.extensions.initialize(connection, self.driver, AgentApi())
        connection.consume_in_threads()

    def set_objects(self, objects):
        """What the server answers from now on: lists of primitives by type."""
        self.server.objects = objects

    def handle_port(self, port):
        """What the agent does when it has wired a port; `port` is as the server describes it."""
        if self.driver == "ovs":
            try:
                vlanmanager.LocalVlanManager().add(
                    port["network_id"], 1, port["network_type"], None, port["segmentation_id"]
                )
            except vlanmanager.MappingAlreadyExists:
                pass
        self.extensions.handle_port(self.context, port)

    def delete_port(self, port):
        """What the agent does when the device of a port is gone."""
        self.extensions.delete_port(self.context, port)

    def push(self, resource_type, primitives, event):
        """What the server does when objects change: tells all agents."""
        topic = resources_rpc.resource_type_versioned_topic(resource_type)
        target = oslo_messaging.Target(topic=topic, version="1.1", namespace=RESOURCES)
        call = n_rpc.get_client(target).prepare(fanout=True)
        call.cast(self.context, "push", resource_list=primitives, event_type=event)

    def attach(self, body):
        self.client._send_attach_local_port(body)

    def detach(self, body):
        self.client._send_detach_local_port(body)

    def request(self, method, action, body=None):
        return self.client.do_request(method, action, body)

    def status(self):
        # As text: the number has more digits than a double.
        return {"status": self.client.bagpipe_bgp_status, "sequence": str(self.client.seq_num)}


def main():
    driver, configuration_file = sys.argv[1:]
    agent = Agent(driver, configuration_file)
    answers = greenio.GreenPipe(sys.stdout.fileno(), "w")
    for line in greenio.GreenPipe(sys.stdin.fileno(), "r"):
        command, arguments = json.loads(line)
        try:
            answer = {"value": getattr(agent, command)(*arguments)}
        except Exception as error:  # The test judges it.
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
