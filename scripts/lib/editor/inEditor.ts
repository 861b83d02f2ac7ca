import { findChromium } from '../browser';
import { ensureBuilt, packTarball } from '../build';
import { N8nClient } from '../n8n/client';
import { startN8n } from '../n8n/start';
import type { Account } from '../sandbox';
import { FIXED_DAY, startSandbox } from '../sandbox';
import { Editor } from './editor';

interface Scene {
	editor: Editor;
	client: N8nClient;
	/** Of the sandbox, which lives on a fixed day. */
	account: Account;
}

/** For pictures: the packed package in a real n8n, its editor in a Chromium, and the sandbox. */
export async function inEditor(work: (scene: Scene) => Promise<void>) {
	await ensureBuilt();
	findChromium();
	const tarball = await packTarball();
	const sandbox = await startSandbox({ args: FIXED_DAY });
	const n8n = await startN8n({ tarball: tarball.file });
	const client = new N8nClient(n8n);
	let editor;
	try {
		await client.signIn();
		editor = await Editor.open(client);
		await work({ editor, client, account: await sandbox.credential() });
	} finally {
		await editor?.close();
		await n8n.stop();
		await sandbox.stop();
		tarball.remove();
	}
}
