import fs from 'node:fs';
import path from 'node:path';
import { extract } from 'tar';

/** Where n8n has a package that was installed. */
export const packageFolder = (userFolder: string) =>
	path.join(userFolder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-alfacrm');

/**
 * Unpacks the packed package where n8n looks for community nodes, as the README tells people without a registry; it needs no others.
 * @param userFolder the N8N_USER_FOLDER
 */
export async function installPackage(tarball: string, userFolder: string) {
	const folder = packageFolder(userFolder);
	fs.rmSync(folder, { recursive: true, force: true });
	fs.mkdirSync(folder, { recursive: true });
	await extract({ file: tarball, cwd: folder, strip: 1, strict: true });
}
