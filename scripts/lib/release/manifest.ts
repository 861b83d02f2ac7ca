import fs from 'node:fs';
import path from 'node:path';
import { readJson } from '../json';

export interface Package {
	name: string;
	version: string;
	description?: string;
	license?: string;
	keywords?: string[];
	files?: string[];
	scripts?: Record<string, string>;
	dependencies?: object;
	optionalDependencies?: object;
	bundledDependencies?: unknown;
	overrides?: object;
	peerDependencies?: object;
	n8n?: { n8nNodesApiVersion?: number; strict?: boolean; nodes?: string[]; credentials?: string[] };
}

type Conditions = Array<[boolean, string]>;
const faultsOf = (conditions: Conditions) => conditions.filter(([holds]) => !holds).map(([, fault]) => fault);
/** What npm runs at everybody who installs the package. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];

/** What n8n demands of the package.json of a community package. */
export function manifestFaults(manifest: Package): string[] {
	const { n8n = {}, scripts = {} } = manifest;
	const paths = [...(n8n.nodes ?? []), ...(n8n.credentials ?? [])];
	const { dependencies = {}, optionalDependencies = {}, peerDependencies } = manifest;
	const needed = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
	return faultsOf([
		[needed.length === 0, `it depends on ${needed.join(', ')}`],
		[manifest.bundledDependencies === undefined, 'it bundles dependencies'],
		[manifest.overrides === undefined, 'it has overrides'],
		[JSON.stringify(peerDependencies) === '{"n8n-workflow":"*"}', 'n8n-workflow "*" is not its only peer'],
		[
			manifest.keywords?.includes('n8n-community-node-package') === true,
			'the keyword of community packages is missing',
		],
		[manifest.license === 'MIT', 'the license is not MIT'],
		[(manifest.description ?? '').length > 20, 'it has no description'],
		[JSON.stringify(manifest.files) === '["dist"]', '"files" is not dist alone'],
		[
			n8n.n8nNodesApiVersion === 1 && n8n.strict === true,
			'n8n.n8nNodesApiVersion is not 1, or n8n.strict is not on',
		],
		[paths.length > 1 && paths.every((file) => file.startsWith('dist/')), 'the nodes are not all in dist'],
		[!INSTALL_SCRIPTS.some((name) => name in scripts), 'it runs a script where it is installed'],
	]);
}

/** What keeps a version from being published. @param tag of a release that is being made */
export function versionFaults({ version }: Package, locked: string, tag?: string): string[] {
	const isReal = /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) && !version.startsWith('0.');
	return faultsOf([
		[isReal, `${version} is a placeholder; the first release is 1.0.0`],
		[locked === version, `package-lock.json says ${locked}: run npm install`],
		[tag === undefined || tag === `v${version}`, `the tag is ${tag}, and the version ${version}`],
	]);
}

interface Codex {
	node?: string;
	nodeVersion?: string;
	codexVersion?: string;
	categories?: string[];
	resources?: Record<'primaryDocumentation' | 'credentialDocumentation', Array<{ url: string }> | undefined>;
}

/** What is wrong with what n8n shows of each node in its search and help. */
export function codexFaults(root: string): string[] {
	const { name, n8n } = readJson<Package>(path.join(root, 'package.json'));
	return (n8n?.nodes ?? []).flatMap((compiled) => {
		const file = compiled.replace(/^dist\//, '').replace(/\.js$/, '.json');
		if (!fs.existsSync(path.join(root, file))) return [`${file} is missing`];
		const {
			node,
			nodeVersion,
			codexVersion,
			categories = [],
			resources,
		} = readJson<Codex>(path.join(root, file));
		const own = path.basename(file, '.node.json');
		const urls = [resources?.primaryDocumentation, resources?.credentialDocumentation].map(
			(one) => one?.[0]?.url,
		);
		return faultsOf([
			[node === `${name}.${own[0].toLowerCase()}${own.slice(1)}`, `it is about the node ${node}`],
			[nodeVersion !== undefined && codexVersion === '1.0', 'nodeVersion or codexVersion is missing'],
			[categories.length > 0, 'it has no category'],
			[urls.every((url) => url?.startsWith('https://')), 'a link to the documentation is missing'],
		]).map((fault) => `${file}: ${fault}`);
	});
}

const SQUARE = /viewBox="0 0 (\d+) \1"/;

/** What is wrong with the icons: n8n wants a square SVG for its light and for its dark theme. */
export function iconFaults(root: string): string[] {
	const folder = path.join(root, 'icons');
	const names = ['alfacrm.svg', 'alfacrm.dark.svg'];
	const missing = names.filter((name) => !fs.existsSync(path.join(folder, name)));
	if (missing.length > 0) return missing.map((name) => `icons/${name} is missing`);
	const [light, dark] = names.map((name) => fs.readFileSync(path.join(folder, name), 'utf8'));
	return [
		...[light, dark].flatMap((icon, index) =>
			SQUARE.test(icon) ? [] : [`icons/${names[index]} is not square`],
		),
		...(light === dark ? ['the icon for the dark theme is that for the light one'] : []),
	];
}
