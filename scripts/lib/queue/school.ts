import type { SandboxHandle } from '../sandbox';
import { FIXED_DAY, startSandbox } from '../sandbox';

interface Customer {
	id: number;
	branch_ids: number[];
	phone: unknown;
}

/** Does something with a school of its own, since n8n has learned how quick another one is. */
export async function withSchool<T>(
	settings: object,
	work: (sandbox: SandboxHandle) => Promise<T>,
): Promise<T> {
	const sandbox = await startSandbox({ args: [...FIXED_DAY, '--customers', '60'] });
	try {
		await sandbox.control('PATCH', 'settings', { latencyMs: 60, ...settings });
		return await work(sandbox);
	} finally {
		await sandbox.stop();
	}
}

/** In the order of their creation. */
const customersOf = async (sandbox: SandboxHandle) =>
	await sandbox.control<Customer[]>('GET', 'records/customer');

/** So many customers of the first branch. */
export async function someCustomers(sandbox: SandboxHandle, count: number): Promise<number[]> {
	const customers = await customersOf(sandbox);
	const ids = customers.filter(({ branch_ids: branches }) => branches.includes(1)).map(({ id }) => id);
	return ids.slice(0, count);
}

interface Lesson {
	id: number;
	branch_id: number;
	status: number;
	customer_ids: number[];
}

/** One of the first branch that has customers and is still to be completed. */
export async function plannedLesson(sandbox: SandboxHandle): Promise<Lesson> {
	const lessons = await sandbox.control<Lesson[]>('GET', 'records/lesson');
	const found = lessons.find(
		({ branch_id, status, customer_ids }) => branch_id === 1 && status === 1 && customer_ids.length > 1,
	);
	if (found === undefined) throw new Error('The school has no planned lesson');
	return found;
}

/** The customers' phones, without what differs from one spelling to the other. */
export async function phonesIn(sandbox: SandboxHandle): Promise<string[]> {
	const customers = await customersOf(sandbox);
	return customers.map(({ phone }) => String(phone).replace(/\D/g, '').slice(-10));
}
