# SPDX-License-Identifier: Apache-2.0
"""A RabbitMQ node that also listens for TLS, with a certificate of a CA made for it.

    with TlsRabbitMQ() as rabbitmq:
        worker = servers.Worker(rabbitmq.tls_url(vhost), …, env={'TROPHY_BROKER_CA_FILE': rabbitmq.ca_file})
"""
import subprocess

import servers
from processes import free_port

HOST = 'localhost'  # the name in the certificate


def _openssl(*args):
    subprocess.run(['openssl', *map(str, args)], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


class TlsRabbitMQ(servers.RabbitMQ):
    def start(self):
        if not hasattr(self, 'tls_port'):
            self.tls_port = free_port()
            self.ca_file = self.folder / 'ca.pem'
            self._make_certificate()
            with open(self.folder / 'rabbitmq.conf', 'a') as file:
                file.write(f'listeners.ssl.1 = 127.0.0.1:{self.tls_port}\n'
                           f'ssl_options.cacertfile = {self.ca_file}\n'
                           f'ssl_options.certfile = {self.folder}/server.pem\n'
                           f'ssl_options.keyfile = {self.folder}/server.key\n'
                           'ssl_options.verify = verify_none\n')
        super().start()

    def _make_certificate(self):
        key, request = self.folder / 'server.key', self.folder / 'server.csr'
        extension = self.folder / 'server.ext'
        extension.write_text(f'subjectAltName=DNS:{HOST}\n')
        _openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', 2, '-subj', '/CN=trophy test CA',
                 '-keyout', self.folder / 'ca.key', '-out', self.ca_file)
        _openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', f'/CN={HOST}', '-keyout', key, '-out', request)
        _openssl('x509', '-req', '-in', request, '-CA', self.ca_file, '-CAkey', self.folder / 'ca.key', '-CAcreateserial',
                 '-days', 2, '-extfile', extension, '-out', self.folder / 'server.pem')

    def tls_url(self, vhost='/', port=None):
        return f'amqps://guest:guest@{HOST}:{port or self.tls_port}/{vhost}'
