import fs from 'node:fs';

export function readJson<T>(file: string): T {
	return JSON.parse(fs.readFileSync(file, 'utf8')) as T;
}

export function writeJson(file: string, value: unknown) {
	fs.writeFileSync(file, `${JSON.stringify(value, null, '\t')}\n`);
}
