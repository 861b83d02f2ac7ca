import type { IExecuteFunctions } from 'n8n-workflow';

const turns = new Map<string, Promise<unknown>>();

/**
 * Lets work that shares a key begin when the one before has ended: two executions that look for the same record at the
 * same moment would both find none and both create it. Holds within one n8n process.
 */
export async function inTurn<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
	// In one order everywhere, so that no two pieces of work wait for each other.
	const [key, ...others] = [...new Set(keys)].sort();
	if (key === undefined) return await work();
	const before = turns.get(key) ?? Promise.resolve();
	const next = async () => await inTurn(others, work);
	const mine = before.then(next, next);
	turns.set(key, mine);
	try {
		return await mine;
	} finally {
		if (turns.get(key) === mine) turns.delete(key);
	}
}

/** Tells accounts apart in the key of a turn. */
export function credentialOf(context: IExecuteFunctions): string {
	return Object.values(context.getNode().credentials ?? {})[0]?.id ?? '';
}
