import fs from 'node:fs';
import path from 'node:path';
import { extract } from 'tar';
import { npm } from '../../bootstrap/npm';
import { readJson, writeJson } from '../json';

interface Manifest {
	name: string;
	version: string;
	dependencies?: Record<string, string>;
	devDependencies?: object;
	peerDependencies?: object;
	optionalDependencies?: object;
}

const INSTALL =
	'install --bin-links=false --install-strategy=shallow --ignore-scripts=true --package-lock=false'.split(
		' ',
	);

/** Where n8n has a package that was installed. */
export const packageFolder = (userFolder: string, name = 'n8n-nodes-alfacrm') =>
	path.join(userFolder, '.n8n', 'nodes', 'node_modules', name);

/**
 * Installs a packed community package the way n8n's own installer does: unpacked below `.n8n/nodes`, development, peer and
 * optional dependencies struck out (n8n supplies n8n-workflow itself), the rest installed without scripts.
 * @param userFolder the N8N_USER_FOLDER
 */
export async function installPackage(tarball: string, userFolder: string) {
	const nodes = path.join(userFolder, '.n8n', 'nodes');
	const modules = path.join(nodes, 'node_modules');
	fs.mkdirSync(modules, { recursive: true });
	const unpacked = fs.mkdtempSync(path.join(modules, '.unpacked-'));
	await extract({ file: tarball, cwd: unpacked, strip: 1, strict: true });
	const manifest = readJson<Manifest>(path.join(unpacked, 'package.json'));
	const { name, version } = manifest;
	const home = packageFolder(userFolder, name);
	fs.rmSync(home, { recursive: true, force: true });
	fs.mkdirSync(path.dirname(home), { recursive: true });
	fs.renameSync(unpacked, home);
	const struck = { devDependencies: undefined, peerDependencies: undefined, optionalDependencies: undefined };
	writeJson(path.join(home, 'package.json'), { ...manifest, ...struck });
	await npm(INSTALL, { cwd: home, what: `install ${name} into n8n` });
	recordInstall(path.join(nodes, 'package.json'), name, version);
}

/** n8n keeps a package.json that lists what is installed. */
function recordInstall(file: string, name: string, version: string) {
	const record = fs.existsSync(file)
		? readJson<Manifest>(file)
		: { name: 'installed-nodes', private: true, dependencies: {} };
	writeJson(file, { ...record, dependencies: { ...record.dependencies, [name]: version } });
}
