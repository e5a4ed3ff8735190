/**
 * A certificate for safe.example and 127.0.0.1 with its key, for servers in tests only. Made with `openssl req -x509
 * -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=safe.example -addext
 * subjectAltName=DNS:safe.example,IP:127.0.0.1`.
 */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBozCCAUqgAwIBAgIUGxOi+8tQwh7p2xV4K9IBHxgqCQ0wCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMc2FmZS5leGFtcGxlMCAXDTI2MTEyNDAyMDEwNFoYDzIxMjYx
MDMxMDIwMTA0WjAXMRUwEwYDVQQDDAxzYWZlLmV4YW1wbGUwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAS5azccV+NneSiTRV76u6RCT/NpD7SYuZQvFsMdLnShEv2Q
Rt5yCvgELqFcxDYaN7HpqC2zniZoh0p5TFOCdVPjo3IwcDAdBgNVHQ4EFgQUBlpD
oTrqd3aPGZvXKI2NOHf7XbEwHwYDVR0jBBgwFoAUBlpDoTrqd3aPGZvXKI2NOHf7
XbEwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHREEFjAUggxzYWZlLmV4YW1wbGWHBH8A
AAEwCgYIKoZIzj0EAwIDRwAwRAIgOb4ZkaZBcvQyr0lq8x4G+UEi9ZV2j9hMwzDu
7hn+dvoCIH+a8Sdu3GSJMxJTSOG68FpoW3d0CHmszWcEvj7Nlxpw
-----END CERTIFICATE-----
`;

export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9kcRgxdUex6Y/3Jc
Dbh5Xtb82cjlBYZsOmRT7aOl8l2hRANCAAS5azccV+NneSiTRV76u6RCT/NpD7SY
uZQvFsMdLnShEv2QRt5yCvgELqFcxDYaN7HpqC2zniZoh0p5TFOCdVPj
-----END PRIVATE KEY-----
`;
