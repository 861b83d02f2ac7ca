import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { packTarball } from '../../../scripts/lib/build';
import { ROOT } from '../../../scripts/lib/paths';
import { MOST_KILOBYTES, oddContents } from '../../../scripts/lib/release/contents';
import { scan, unpack } from '../../../scripts/lib/release/scan';

let tarball: Awaited<ReturnType<typeof packTarball>>;
let unpacked: string;

beforeAll(async () => {
	tarball = await packTarball();
	unpacked = await unpack(tarball.file);
}, 300_000);
afterAll(() => tarball?.remove());

describe('the tarball', () => {
	it('holds what n8n and npm need, and nothing else', () => {
		expect(oddContents(tarball.files)).toEqual([]);
	});

	it('is small enough', () => {
		expect(MOST_KILOBYTES).toBe(200);
		expect(tarball.bytes).toBeLessThan(MOST_KILOBYTES * 1_000);
		expect(fs.statSync(tarball.file).size).toBe(tarball.bytes);
	});

	it.each([
		'dist/nodes/AlfaCrm/AlfaCrm.node.js.map',
		'dist/nodes/AlfaCrm/AlfaCrm.node.d.ts',
		'dist/nodes/AlfaCrm/api/client.js',
		'dist/nodes/AlfaCrm/api-Bq3vX9aT.js',
		'dist/nodes/AlfaCrm/api.test.js',
		'dist/package.json',
		'dist/tsconfig.tsbuildinfo',
		'dist/docs/images/canvas.png',
		'test/unit/release/tarball.test.ts',
		'sandbox/index.ts',
		'README.ru.md',
		'.npmrc',
		'.env',
	])('would not pass with %s', (file) => {
		expect(oddContents([...tarball.files, file])).toContain(`${file} should not be there`);
	});

	it.each([
		'LICENSE',
		'dist/icons/alfacrm.dark.svg',
		'dist/nodes/AlfaCrm/AlfaCrmTrigger.node.json',
		'dist/nodes/AlfaCrm/operations/run.js',
	])('would not pass without %s', (file) => {
		expect(oddContents(tarball.files.filter((one) => one !== file))).toContain(`${file} is missing`);
	});
});

describe("n8n's scan of community packages", () => {
	it('finds nothing in the sources', async () => {
		expect(await scan(ROOT, 'source')).toEqual([]);
	}, 180_000);

	it('finds nothing in what is published', async () => {
		expect(await scan(unpacked, 'package')).toEqual([]);
	}, 180_000);

	it('reads index.js, which npm always packs, and takes no notice of comments that switch it off', async () => {
		const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-scan-'));
		const manifest = fs.readFileSync(path.join(unpacked, 'package.json'), 'utf8');
		fs.writeFileSync(path.join(folder, 'package.json'), manifest);
		fs.writeFileSync(path.join(folder, 'index.js'), '/* eslint-disable */\nconsole.log(process.env.HOME);\n');

		const found = (await scan(folder, 'package')).join('\n');
		fs.rmSync(folder, { recursive: true });

		expect(found).toContain('no-console');
		expect(found).toContain('no-restricted-globals');
	}, 180_000);
});
