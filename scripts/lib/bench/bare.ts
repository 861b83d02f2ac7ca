import type { SandboxHandle } from '../sandbox';
import type { Figures } from './measure';

/** The least that a program needs: a loop around fetch, one call after the other, no n8n. */

type Post = <T>(path: string, body: object) => Promise<T>;

async function logIn(sandbox: SandboxHandle): Promise<Post> {
	const { hostname, email, apiKey } = await sandbox.credential();
	const post = async <T>(path: string, body: object, token = ''): Promise<T> => {
		const response = await fetch(`${hostname}/v2api/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-alfacrm-token': token },
			body: JSON.stringify(body),
		});
		return (await response.json()) as T;
	};
	const { token } = await post<{ token: string }>('auth/login', { email, api_key: apiKey });
	return async (path, body) => await post(path, body, token);
}

async function timed(sandbox: SandboxHandle, work: () => Promise<number>): Promise<Figures> {
	await sandbox.control('DELETE', 'journal');
	const begun = performance.now();
	const rows = await work();
	const wall = (performance.now() - begun) / 1_000;
	const calls = (await sandbox.control<unknown[]>('GET', 'journal')).length;
	return { calls, logins: 1, refused: 0, most: '-', rows, wall };
}

export async function bareList(sandbox: SandboxHandle): Promise<Figures> {
	return await timed(sandbox, async () => {
		const post = await logIn(sandbox);
		const ids = new Set<number>();
		for (let page = 0; ; page++) {
			const { items, total } = await post<{ items: Array<{ id: number }>; total: number }>(
				'1/customer/index',
				{
					page,
					pageSize: 500,
					is_study: 2,
					removed: 1,
				},
			);
			for (const { id } of items) ids.add(id);
			if (items.length === 0 || ids.size >= total) return ids.size;
		}
	});
}

export async function bareCreate(sandbox: SandboxHandle, count: number): Promise<Figures> {
	return await timed(sandbox, async () => {
		const post = await logIn(sandbox);
		let created = 0;
		for (let index = 1; index <= count; index++) {
			const lead = { name: `Bench lead ${index}`, is_study: 0, legal_type: 1, branch_ids: [1] };
			const { success } = await post<{ success: boolean }>('1/customer/create', lead);
			if (success) created += 1;
		}
		return created;
	});
}
