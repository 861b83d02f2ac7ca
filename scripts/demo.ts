import type { Sandbox } from '../sandbox';
import { UserFacingError } from './bootstrap/userFacingError';
import { packTarball } from './lib/build';
import { runDemo, saveCredential, type DemoCheck } from './lib/demo';
import { allExamples } from './lib/examples';
import type { Cleanup } from './lib/foreground';
import { N8nClient } from './lib/n8n/client';
import type { Execution } from './lib/n8n/execution';
import { startN8n } from './lib/n8n/start';
import type { SavedWorkflow } from './lib/n8n/types';
import { say } from './lib/progress';

/** The nodes of examples/main-job.json that put out records of an entity. */
const STEPS = [
	{ node: 'Get Branches', title: 'List branches', entity: 'branch' },
	{ node: 'Get Leads', title: 'List up to 5 leads', entity: 'customer' },
	{ node: 'Create Lead', title: 'Create a lead', entity: 'customer' },
	{ node: 'Update Lead', title: 'Update it', entity: 'customer' },
	{ node: 'Read Lead Back', title: 'Read it back', entity: 'customer' },
	{ node: 'Get Stages', title: 'List stages', entity: 'lead-status' },
];
type Step = (typeof STEPS)[number];

/** The longest list of names that a line shows. */
const MAX_NAMES_LENGTH = 90;

/** `npm run demo`: imports all examples into a real n8n, and runs the main job. */
export async function main() {
	return await runDemo<object>({ script: 'demo', run: runMainJobInN8n });
}

async function runMainJobInN8n(sandbox: Sandbox, { port }: { port: number }, cleanup: Cleanup) {
	const n8n = await startN8nWithPackage(port, cleanup);
	const client = new N8nClient(n8n);
	await client.signIn();
	const mainJob = await importExamples(client, sandbox);

	const execution = await runMainJob(client, mainJob);
	say(`\nn8n ran "${mainJob.name}" (execution ${execution.id}) against the sandbox:\n`);
	const stepChecks = STEPS.map((step) => checkStep(execution, sandbox, step));
	return {
		page: `${n8n.url}/workflow/${mainJob.id}/executions/${execution.id}`,
		checks: [...stepChecks, checkCreatedLead(execution, sandbox)],
	};
}

async function startN8nWithPackage(port: number, cleanup: Cleanup) {
	say('Starting n8n');
	const tarball = await packTarball();
	cleanup.unshift(tarball.remove);

	// The cleanup must know n8n before it has started, in case the user stops the script meanwhile.
	const starting = startN8n({ port, tarball: tarball.file });
	cleanup.unshift(async () => await (await starting).stop());
	return await starting;
}

/** Imports all examples with the credential of the sandbox, and returns the main job. */
async function importExamples(client: N8nClient, sandbox: Sandbox): Promise<SavedWorkflow> {
	const credential = await saveCredential(client, sandbox);
	let mainJob: SavedWorkflow | undefined;
	for (const { file, workflow } of allExamples()) {
		const savedWorkflow = await client.importWorkflow(workflow, [credential]);
		if (file === 'main-job.json') mainJob = savedWorkflow;
	}
	if (!mainJob) throw new UserFacingError('examples/main-job.json is missing.');
	return mainJob;
}

async function runMainJob(client: N8nClient, { id, name }: SavedWorkflow): Promise<Execution> {
	const execution = await client.runWorkflow(id);
	const { status, error, lastNode } = execution;
	if (status === 'success') return execution;
	throw new UserFacingError(`n8n reports "${status}" for "${name}" in "${lastNode}": ${error?.message}`, {
		details: error?.description ?? '',
	});
}

/** Checks that the sandbox has all records that a node has put out, under the same names. */
function checkStep(execution: Execution, { store }: Sandbox, { node, title, entity }: Step): DemoCheck {
	const records = execution.outputs(node);
	const areStored = records.every(({ id, name }) => store.find(entity, Number(id))?.name === name);

	const names = records.map(({ name }) => name).join(', ');
	const shownNames = names.length > MAX_NAMES_LENGTH ? `${names.slice(0, MAX_NAMES_LENGTH)}...` : names;
	return {
		title,
		result: `${records.length}: ${shownNames}`,
		isPassed: records.length > 0 && areStored,
	};
}

/** Checks that the sandbox has stored the lead that the job has created and read back. */
function checkCreatedLead(execution: Execution, { store }: Sandbox): DemoCheck {
	const [readLead] = execution.outputs('Read Lead Back');
	const storedLead = store.find('customer', Number(readLead?.id));
	return {
		title: 'Stored in the sandbox',
		result: `${storedLead?.name}, ${storedLead?.phone}: ${storedLead?.note}`,
		isPassed: storedLead !== undefined && storedLead.note === readLead?.note && storedLead.is_study === 0,
	};
}
