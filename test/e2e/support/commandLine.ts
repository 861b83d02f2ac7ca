import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import execa from 'execa';

import { n8nEnv } from '../../../scripts/lib/n8n/env';
import { ensureN8n } from '../../../scripts/lib/n8n/install';
import type { Draft } from './polled';

interface N8n {
	userFolder: string;
}
type Exported = Draft & { id: string };

/** `n8n export:workflow`, beside the running n8n. */
export async function exportWorkflow({ userFolder }: N8n, id: string): Promise<Exported> {
	const file = join(userFolder, 'exported.json');
	await runN8nCommand(userFolder, 'export:workflow', `--id=${id}`, `--output=${file}`);
	const [workflow] = JSON.parse(readFileSync(file, 'utf8')) as Exported[];
	return workflow;
}

/** `n8n import:workflow` */
export async function importWorkflow({ userFolder }: N8n, workflow: Exported): Promise<void> {
	const file = join(userFolder, 'imported.json');
	writeFileSync(file, JSON.stringify([workflow]));
	await runN8nCommand(userFolder, 'import:workflow', `--input=${file}`);
}

async function runN8nCommand(userFolder: string, ...args: string[]): Promise<void> {
	const n8n = await ensureN8n();
	const env = n8nEnv(n8n, userFolder);
	await execa(n8n.node, [n8n.cli, ...args], { cwd: userFolder, env, extendEnv: false, timeout: 60_000 });
}
