'use strict';

/** The least that a program needs: a loop around fetch, one call after the other, no n8n. */

/** @param {import('./sandbox.js').SandboxHandle} sandbox */
async function logIn(sandbox) {
	const { hostname, email, apiKey } = await sandbox.credential();
	const post = async (/** @type {string} */ path, /** @type {object} */ body, token = '') => {
		const response = await fetch(`${hostname}/v2api/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-alfacrm-token': token },
			body: JSON.stringify(body),
		});
		return await response.json();
	};
	const { token } = await post('auth/login', { email, api_key: apiKey });
	return async (/** @type {string} */ path, /** @type {object} */ body) => await post(path, body, token);
}

/**
 * @param {import('./sandbox.js').SandboxHandle} sandbox
 * @param {() => Promise<number>} work
 */
async function timed(sandbox, work) {
	await sandbox.control('DELETE', 'journal');
	const begun = performance.now();
	const rows = await work();
	const wall = (performance.now() - begun) / 1_000;
	const calls = (await sandbox.control('GET', 'journal')).length;
	return { calls, logins: 1, refused: 0, most: '-', rows, wall };
}

/** @param {import('./sandbox.js').SandboxHandle} sandbox */
async function bareList(sandbox) {
	return await timed(sandbox, async () => {
		const post = await logIn(sandbox);
		const ids = new Set();
		for (let page = 0; ; page++) {
			const { items, total } = await post('1/customer/index', {
				page,
				pageSize: 500,
				is_study: 2,
				removed: 1,
			});
			for (const { id } of items) ids.add(id);
			if (items.length === 0 || ids.size >= total) return ids.size;
		}
	});
}

/**
 * @param {import('./sandbox.js').SandboxHandle} sandbox
 * @param {number} count
 */
async function bareCreate(sandbox, count) {
	return await timed(sandbox, async () => {
		const post = await logIn(sandbox);
		let created = 0;
		for (let index = 1; index <= count; index++) {
			const lead = { name: `Bench lead ${index}`, is_study: 0, legal_type: 1, branch_ids: [1] };
			const { success } = await post('1/customer/create', lead);
			if (success) created += 1;
		}
		return created;
	});
}

module.exports = { bareCreate, bareList };
