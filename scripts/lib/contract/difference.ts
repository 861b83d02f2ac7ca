const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null;

/** Each value of a tree with its path. */
function leaves(tree: unknown, path: string): Array<[string, string]> {
	if (!isObject(tree)) return [[path, JSON.stringify(tree)]];
	const inner = Object.entries(tree).flatMap(([name, value]) => leaves(value, `${path} > ${name}`));
	return inner.length > 0 ? inner : [[path, Array.isArray(tree) ? '[]' : '{}']];
}

/**
 * What a change does to what is stored of the package, one line each. n8n keeps of a parameter its name, and its value
 * unless that is the default: a name or value that is gone, and another default, change what stored workflows do.
 */
export function differences(file: string, stored: unknown, now: unknown): string[] {
	const [before, after] = [new Map(leaves(stored, file)), new Map(leaves(now, file))];
	const gone = [...before]
		.filter(([path]) => !after.has(path))
		.map(([path, value]) => `${path} is gone (${value}): stored workflows depend on it`);
	const other = [...before]
		.filter(([path, value]) => after.has(path) && after.get(path) !== value)
		.map(
			([path, value]) =>
				`${path} was ${value} and is ${after.get(path)}: stored workflows depend on what it was`,
		);
	const fresh = [...after]
		.filter(([path]) => !before.has(path))
		.map(([path, value]) => `${path} is new (${value}): stored workflows will depend on it`);
	return [...gone, ...other, ...fresh];
}
