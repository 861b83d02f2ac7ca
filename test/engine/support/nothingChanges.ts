import type { RunOptions } from './engine';
import { Engine } from './engine';
import type { School } from './school';

/** Runs a node that must fail, and holds the account against its state before. */
export async function failing(school: School, parameters: RunOptions['parameters'], credential = {}) {
	const before = school.copyRecords();
	const engine = new Engine({ ...school.credential, ...credential });
	const { error, status } = await engine.run({ parameters });
	expect(status).toBe('error');
	expect(school.copyRecords()).toEqual(before);
	return { message: error?.message ?? '', description: error?.description ?? '', error };
}
