import execa from 'execa';
import { ROOT } from './paths';

interface Module {
	source: string;
	dependencies: Array<{ resolved: string }>;
}

/** Files that stand for themselves, and folders that stand for all that is in them; the first that fits counts. */
const ROOMS: Array<[pattern: RegExp, name: string, group: string]> = [
	[/^nodes\/AlfaCrm\/AlfaCrm.*\.node\.ts$/, 'the three nodes', 'nodes'],
	[/^nodes\/AlfaCrm\/([a-z]+)\//, '$1', 'nodes'],
	[/^credentials\//, 'credentials', 'nodes'],
	[/^sandbox\/(cli|index)\.ts$/, '$1', 'sandbox'],
	[/^sandbox\/([a-z]+)\//, '$1', 'sandbox'],
	[/^scripts\//, 'scripts', 'around'],
	[/^test\//, 'test', 'around'],
];

/** The rooms of the house and who imports whom, as Mermaid draws it; what an arrow on the way says already is left out. */
export function drawing(): string {
	const { stdout } = execa.sync(
		'depcruise',
		['nodes', 'credentials', 'sandbox', 'scripts', 'test', '--output-type', 'json'],
		{ cwd: ROOT, preferLocal: true },
	);
	const { modules } = JSON.parse(stdout) as { modules: Module[] };
	const imports = new Map<string, Set<string>>();
	for (const { source, dependencies } of modules) {
		const room = roomOf(source);
		if (room === undefined) continue;
		const others = dependencies.flatMap(({ resolved }) => roomOf(resolved) ?? []);
		const known = imports.get(room) ?? new Set();
		imports.set(room, new Set([...known, ...others.filter((other) => other !== room)]));
	}
	const rooms = [...imports.keys()].sort();
	const groups = [...new Set(rooms.map((room) => room.split('/')[0]))];
	const boxes = groups.map((group) => {
		const names = rooms.filter((room) => room.startsWith(`${group}/`));
		return [`subgraph ${group}`, ...names.map((name) => `  ${box(name)}`), 'end'].join('\n');
	});
	const arrows = rooms.flatMap((room) =>
		[...(imports.get(room) ?? [])]
			.filter((other) => !isImplied(imports, room, other))
			.sort()
			.map((other) => `${idOf(room)} --> ${idOf(other)}`),
	);
	return ['```mermaid', 'flowchart TB', ...boxes, ...arrows, '```'].join('\n');
}

function roomOf(file: string): string | undefined {
	for (const [pattern, name, group] of ROOMS) {
		const found = pattern.exec(file);
		if (found !== null) return `${group}/${name.replace('$1', found[1])}`;
	}
	return undefined;
}

const idOf = (room: string) => room.replace(/\W/g, '_');
const box = (room: string) => `${idOf(room)}["${room.slice(room.indexOf('/') + 1)}"]`;

/** Whether another room that this one imports leads there. */
function isImplied(imports: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
	const seen = new Set<string>([from]);
	const open = [...(imports.get(from) ?? [])].filter((room) => room !== to);
	for (let room = open.pop(); room !== undefined; room = open.pop()) {
		if (room === to) return true;
		if (seen.has(room)) continue;
		seen.add(room);
		open.push(...(imports.get(room) ?? []));
	}
	return false;
}
