import { isDeepStrictEqual } from 'node:util';
import type { IDataObject } from 'n8n-workflow';
import { UserFacingError } from '../bootstrap/userFacingError';
import { Checks } from './checks';
import type { N8nClient } from './n8n/client';
import type { SavedWorkflow } from './n8n/types';
import { say } from './progress';
import type { SandboxHandle } from './sandbox';

/** Node names of examples/main-job.json. */
const NODE = {
	branches: 'Get Branches',
	leads: 'Get Leads',
	create: 'Create Lead',
	update: 'Update Lead',
	read: 'Read Lead Back',
	statuses: 'Get Stages',
};

interface Customer extends IDataObject {
	id: number;
	is_study: number;
	e_date: string;
	branch_ids: number[];
}

/**
 * Runs the example "main job" in n8n and holds the outcome against what the sandbox really stored.
 * @param workflow as imported
 * @returns the ID of the execution, and the checks that were made
 */
export async function runMainJob(
	client: N8nClient,
	sandbox: SandboxHandle,
	workflow: SavedWorkflow,
): Promise<{ execution: string; checks: Checks }> {
	const execution = await client.runWorkflow(workflow.id);
	if (execution.status !== 'success') {
		const { message = 'no message', description } = execution.error ?? {};
		const where = execution.lastNode ? ` in "${execution.lastNode}"` : '';
		throw new UserFacingError(
			`n8n reports "${execution.status}" for "${workflow.name}"${where}: ${message}`,
			{ details: description ?? '' },
		);
	}
	/** Rows only: a node that found nothing still hands on one empty item. */
	const out = (node: string) => execution.outputs(node).filter((row) => row.id !== undefined);
	const stored = async <T = IDataObject[]>(what: string) =>
		await sandbox.control<T>('GET', `records/${what}`);
	const [[branch], [created], [read]] = [out(NODE.branches), out(NODE.create), out(NODE.read)];
	const record = await stored<Customer>(`customer/${String(created?.id)}`);
	const today = new Date().toISOString().slice(0, 10);
	const leads = (await stored<Customer[]>('customer')).filter(
		({ id, is_study, e_date, branch_ids }) =>
			id !== record.id && !is_study && e_date > today && branch_ids.includes(Number(branch?.id)),
	);
	const changes = parametersOf(workflow, NODE.update).updateFields as IDataObject;
	/** What the lead has to hold in the end. */
	const given = { ...(parametersOf(workflow, NODE.create).additionalFields as IDataObject), ...changes };

	const checks = new Checks();
	const isWhole = async (rows: IDataObject[], entity: string) => {
		const all = await stored(entity);
		return rows.length === all.length && isWithin(rows, all);
	};
	const [branches, some, statuses] = [out(NODE.branches), out(NODE.leads), out(NODE.statuses)];
	say(`\nn8n ran "${workflow.name}" (execution ${execution.id}) against the sandbox:\n`);
	checks.check('List branches', list(branches), await isWhole(branches, 'branch'));
	const areLeads = some.length === Math.min(5, leads.length) && isWithin(some, leads);
	checks.check('List up to 5 leads', list(some), areLeads);
	const isLead = record.name === created?.name && !record.is_study;
	checks.check('Create a lead', named(created), isLead);
	checks.check('Update it', show(changes), agrees(given, record));
	checks.check('Read it back', named(read), agrees({ id: record.id, name: record.name, ...given }, read));
	checks.check('List stages', list(statuses), await isWhole(statuses, 'lead-status'));
	say(`\nStored in the sandbox (/_sandbox/records/customer/${record.id}), asked for without n8n:`);
	for (const field of ['name', 'phone', 'note']) say(`  ${field.padEnd(6)} ${show(record[field])}`);
	return { execution: String(execution.id), checks };
}

function parametersOf(workflow: SavedWorkflow, name: string) {
	const node = workflow.nodes.find((candidate) => candidate.name === name);
	if (!node) throw new UserFacingError(`examples/main-job.json has no node "${name}".`);
	return node.parameters;
}

/** @param wanted fields with fixed values (no expressions) */
function agrees(wanted: IDataObject, record: IDataObject | undefined): boolean {
	return Object.entries(wanted).every(([field, value]) => isDeepStrictEqual(record?.[field], value));
}

function isWithin(rows: IDataObject[], stored: IDataObject[]): boolean {
	const ids = new Set(stored.map(({ id }) => id));
	return rows.every(({ id }) => ids.has(id));
}

const named = (row: IDataObject | undefined) => `id ${String(row?.id)}: ${String(row?.name)}`;

function list(rows: IDataObject[]): string {
	const names = rows.map(({ name }) => name).join(', ');
	return `${rows.length}: ${names.length > 90 ? `${names.slice(0, 90)}...` : names}`;
}

const show = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
