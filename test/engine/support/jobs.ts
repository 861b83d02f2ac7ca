import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { OPEN_END, officeOf, pick } from './office';
import type { School } from './school';

/** The form of a job about a customer. */
export const job = (operation: string, id: unknown, more: INodeParameters = {}): INodeParameters => ({
	resource: 'customer',
	operation,
	branchId: 1,
	id: pick(id),
	...more,
});

export const inBranch1 = (row: IDataObject) => (row.branch_ids as number[]).includes(1);
export const isActive = (row: IDataObject) => row.e_date === OPEN_END && inBranch1(row);

export const today = (add = 0) => {
	const day = new Intl.DateTimeFormat('ru-RU', { timeZone: 'Europe/Moscow' });
	return day.format(new Date(Date.now() + add * 86_400_000));
};

/** What tests of the jobs do again and again with their school. */
export function jobsOf(school: School) {
	const { rows, customer: stored, run, whole, writes } = officeOf(school);
	const some = (path: string, wanted: (row: IDataObject) => boolean = () => true): IDataObject => {
		const found = rows(path).find(wanted);
		if (found === undefined) throw new Error(`The school has no such ${path}`);
		return found;
	};
	return {
		rows,
		stored,
		run,
		/** The same in branch 1. */
		runInBranch1: async (parameters: INodeParameters) => await run({ branchId: 1, ...parameters }),
		writes,
		/** A record of the school. */
		some,
		lead: () => some('customer', (row) => row.is_study === 0 && isActive(row)),
		client: () => some('customer', (row) => row.is_study === 1 && isActive(row)),
		/** Runs the node, which must fail. */
		failing: async (parameters: INodeParameters) => {
			const { error, status } = await whole(parameters);
			expect(status).toBe('error');
			return error;
		},
	};
}
