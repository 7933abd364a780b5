/** True for the hosts of this machine, as `URL.hostname` writes them. */
export const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
