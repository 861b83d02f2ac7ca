import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import execa from 'execa';

import { n8nEnv } from '../../../scripts/lib/n8n/env';
import { ensureN8n } from '../../../scripts/lib/n8n/install';
import type { Draft } from './polled';

interface N8n {
	userFolder: string;
}
type ExportedWorkflow = Draft & { id: string };

/** Exports a workflow with `n8n export:workflow`, while n8n runs. */
export async function exportWorkflow({ userFolder }: N8n, id: string): Promise<ExportedWorkflow> {
	const file = join(userFolder, 'exported.json');
	await runN8nCommand(userFolder, 'export:workflow', `--id=${id}`, `--output=${file}`);

	const [workflow] = JSON.parse(readFileSync(file, 'utf8')) as ExportedWorkflow[];
	return workflow;
}

/** Imports a workflow with `n8n import:workflow`, while n8n runs. */
export async function importWorkflow({ userFolder }: N8n, workflow: ExportedWorkflow): Promise<void> {
	const file = join(userFolder, 'imported.json');
	writeFileSync(file, JSON.stringify([workflow]));
	await runN8nCommand(userFolder, 'import:workflow', `--input=${file}`);
}

/** Runs a command of n8n in the user folder of the running n8n. */
async function runN8nCommand(userFolder: string, ...args: string[]): Promise<void> {
	const n8n = await ensureN8n();
	await execa(n8n.node, [n8n.cli, ...args], {
		cwd: userFolder,
		env: n8nEnv(n8n, userFolder),
		extendEnv: false,
		timeout: 60_000,
	});
}
