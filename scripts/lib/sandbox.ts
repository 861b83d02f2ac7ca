import type { Sandbox, SandboxOptions } from '../../sandbox';
import { startSandbox } from '../../sandbox';

/** The day of a school that is the same every day: what is measured or pictured must not change overnight. */
export const FIXED_DAY = '2026-02-10';

/** The data of an `alfaCrmApi` credential for it. */
export const credentialDataFor = ({ url, account: { email, apiKey } }: Sandbox) => ({
	hostname: url,
	email,
	apiKey,
});

/** Does something with a school of its own, since n8n has learned how quick another one is. */
export async function withSandbox<T>(
	options: SandboxOptions,
	work: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
	const sandbox = await startSandbox({ today: FIXED_DAY, ...options });
	try {
		return await work(sandbox);
	} finally {
		await sandbox.close();
	}
}
