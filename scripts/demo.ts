import type { IDataObject } from 'n8n-workflow';
import type { Sandbox } from '../sandbox';
import { UserFacingError } from './bootstrap/userFacingError';
import { packTarball } from './lib/build';
import { runDemo, saveCredential } from './lib/demo';
import { allExamples } from './lib/examples';
import type { Cleanup } from './lib/foreground';
import { N8nClient } from './lib/n8n/client';
import { startN8n } from './lib/n8n/start';
import type { SavedWorkflow } from './lib/n8n/types';
import { say } from './lib/progress';

/** What the nodes of examples/main-job.json do, by their names, and with which records. */
const STEPS = {
	'Get Branches': ['List branches', 'branch'],
	'Get Leads': ['List up to 5 leads', 'customer'],
	'Create Lead': ['Create a lead', 'customer'],
	'Update Lead': ['Update it', 'customer'],
	'Read Lead Back': ['Read it back', 'customer'],
	'Get Stages': ['List stages', 'lead-status'],
};

/** `npm run demo`: all examples in a real n8n, of which the main job is run. */
export const main = async () => await runDemo('demo', (flags) => flags, demo);

async function demo(sandbox: Sandbox, { port }: { port: number }, cleanup: Cleanup) {
	say('Starting n8n');
	const tarball = await packTarball();
	cleanup.unshift(tarball.remove);
	const starting = startN8n({ port, tarball: tarball.file });
	cleanup.unshift(async () => await (await starting).stop());
	const n8n = await starting;
	const client = new N8nClient(n8n);
	await client.signIn();
	const saved = await saveCredential(client, sandbox);
	let mainJob: SavedWorkflow | undefined;
	for (const { file, workflow } of allExamples()) {
		const imported = await client.importWorkflow(workflow, [saved]);
		if (file === 'main-job.json') mainJob = imported;
	}
	if (!mainJob) throw new UserFacingError('examples/main-job.json is missing.');
	const { id, checks } = await runMainJob(client, sandbox, mainJob);
	return { page: `${n8n.url}/workflow/${mainJob.id}/executions/${id}`, checks };
}

/** Runs it, and holds what the nodes put out against what the sandbox really stored. */
async function runMainJob(client: N8nClient, { store }: Sandbox, { id, name: job }: SavedWorkflow) {
	const execution = await client.runWorkflow(id);
	const { status, error, lastNode } = execution;
	if (status !== 'success')
		throw new UserFacingError(`n8n reports "${status}" for "${job}" in "${lastNode}": ${error?.message}`, {
			details: error?.description ?? '',
		});
	const checks = Object.entries(STEPS).map(([node, [title, entity]]): [string, string, boolean] => {
		const rows = execution.outputs(node);
		const isStored = ({ id: record, name }: IDataObject) => store.find(entity, Number(record))?.name === name;
		const names = rows.map(({ name }) => name).join(', ');
		const shown = `${rows.length}: ${names.length > 90 ? `${names.slice(0, 90)}...` : names}`;
		return [title, shown, rows.length > 0 && rows.every(isStored)];
	});
	const [read] = execution.outputs('Read Lead Back');
	const lead = store.find('customer', Number(read?.id));
	const isSame = lead !== undefined && lead.note === read?.note && lead.is_study === 0;
	checks.push(['Stored in the sandbox', `${lead?.name}, ${lead?.phone}: ${lead?.note}`, isSame]);
	say(`\nn8n ran "${job}" (execution ${execution.id}) against the sandbox:\n`);
	return { id: execution.id, checks };
}
