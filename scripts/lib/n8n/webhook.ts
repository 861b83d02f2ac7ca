import pWaitFor from 'p-wait-for';

/** n8n publishes workflows in the background: waits until it takes POST requests to the address of a webhook or a form. */
export async function waitUntilPostsAreAccepted(address: string): Promise<void> {
	await pWaitFor(async () => await takesPosts(address), { interval: 100, timeout: 60_000 });
}

async function takesPosts(address: string): Promise<boolean> {
	const { headers } = await fetch(address, { method: 'OPTIONS', headers: { origin: address } });
	return (headers.get('access-control-allow-methods') ?? '').includes('POST');
}
