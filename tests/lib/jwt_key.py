# SPDX-License-Identifier: Apache-2.0
"""An RSA key of the openssl command's own making, in the forms the shim is given, and tokens signed with it.

    key = Key(folder)
    key.sign({'token_use': 'access', 'sub': '1', 'exp': 300})
"""
import base64
import hashlib
import hmac
import json
import subprocess
import time


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b'=').decode()


def _openssl(*args, stdin=b''):
    return subprocess.run(['openssl', *map(str, args)], input=stdin, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE).stdout


class Key:
    def __init__(self, folder):
        self.file = folder / 'key.pem'
        _openssl('genrsa', '-out', self.file, '2048')
        self.pem = _openssl('rsa', '-in', self.file, '-pubout').decode()
        self.modulus = bytes.fromhex(_openssl('rsa', '-in', self.file, '-noout', '-modulus').decode().split('=')[1])

    def jwk(self):
        """base64url of the JSON of the JWK, as wger's setting has it."""
        return base64url(json.dumps({'kty': 'RSA', 'use': 'sig', 'alg': 'RS256', 'kid': 'test',
                                     'n': base64url(self.modulus), 'e': 'AQAB'}).encode())

    def sign(self, claims, alg='RS256'):
        """"exp" and "iat" are seconds from now.  alg: RS256, RS512, HS256 (the public key as secret), none."""
        now = int(time.time())
        claims = {name: now + value if name in ('exp', 'iat') else value for name, value in claims.items()}
        text = '.'.join(base64url(json.dumps(part).encode()) for part in ({'alg': alg, 'typ': 'JWT'}, claims)).encode()
        if alg == 'none':
            signature = b''
        elif alg == 'HS256':
            signature = hmac.new(self.pem.encode(), text, hashlib.sha256).digest()
        else:
            signature = _openssl('dgst', '-sha' + alg[2:], '-sign', self.file, stdin=text)
        return f'{text.decode()}.{base64url(signature)}'
