/** The bytes behind a URL and the headers that they came with. */
export async function download(url: unknown): Promise<{ bytes: Buffer; headers: Headers }> {
  if (typeof url !== 'string') throw new Error(`not a URL: ${JSON.stringify(url)}`);
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return { bytes: Buffer.from(await response.arrayBuffer()), headers: response.headers };
}
