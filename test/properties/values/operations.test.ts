import type { INodeParameters } from 'n8n-workflow';

import { useSchool } from '../../engine/support/school';
import { allOperations } from './support/form';
import type { Part } from './support/parts';
import { parts } from './support/parts';
import { situations } from './support/situations';

const files: Part[] = Object.values(parts);

describe('the files of this folder', () => {
	it('leave out no operation of the form, and try none twice', () => {
		const tried = new Set(situations.map(({ resource, operation }) => `${resource}.${operation}`));
		expect(allOperations.filter((one) => !tried.has(`${one.resource}.${one.operation}`))).toEqual([]);
		const homes = situations.map((one) => files.filter(({ isMeant }) => isMeant(one)).length);
		expect(homes.filter((count) => count !== 1)).toEqual([]);
	});

	it('put in at least 20,000 values', () => {
		expect(files.reduce((sum, { atLeast }) => sum + atLeast, 0)).toBeGreaterThanOrEqual(20_000);
	});
});

describe('a resource or an operation that does not exist', () => {
	const school = useSchool({ customers: 40 });
	const WRONG = ['updat', 'DELETE', '', ' ', '__proto__', 'constructor', 'toString', null, 0, true, [], {}];
	const CASES = ['resource', 'operation'].flatMap((name) => WRONG.map((value) => ({ name, value })));

	it.each(CASES)('$name = $value is refused and nothing is sent', async ({ name, value }) => {
		const parameters = { resource: 'customer', operation: 'delete', branchId: 1, id: 9, [name]: value };
		const { status, error } = await school.engine
			.run({ parameters: parameters as INodeParameters })
			// n8n may refuse such a form before it runs the node.
			.catch((thrown: Error) => ({ status: 'error', error: thrown }));
		expect(status).toBe('error');
		expect(error?.message).not.toMatch(/Cannot read|is not a function|is not iterable/);
		expect(school.calls()).toEqual([]);
	});
});
