// Takes away imports of what is not there any more, adds those that are missing, and removes the unused ones.
import fs from 'node:fs'; import path from 'node:path'; import ts from 'typescript';
const root = process.cwd();
const { config } = ts.readConfigFile(path.join(root, 'tsconfig.dev.json'), ts.sys.readFile);
const parsed = ts.parseJsonConfigFileContent(config, ts.sys, root);
const versions = new Map(); const texts = new Map();
const read = (f) => texts.get(f) ?? ts.sys.readFile(f);
const host = { getScriptFileNames: () => parsed.fileNames, getScriptVersion: (f) => String(versions.get(f) ?? 0), getScriptSnapshot: (f) => { const t = read(f); return t === undefined ? undefined : ts.ScriptSnapshot.fromString(t); }, getCurrentDirectory: () => root, getCompilationSettings: () => parsed.options, getDefaultLibFileName: ts.getDefaultLibFilePath, fileExists: ts.sys.fileExists, readFile: ts.sys.readFile, readDirectory: ts.sys.readDirectory, directoryExists: ts.sys.directoryExists, getDirectories: ts.sys.getDirectories };
const ls = ts.createLanguageService(host, ts.createDocumentRegistry());
const write = (f, t) => { texts.set(f, t); versions.set(f, (versions.get(f) ?? 0) + 1); fs.writeFileSync(f, t); };
const format = { ...ts.getDefaultFormatCodeSettings('\n'), convertTabsToSpaces: false };
const prefs = { quotePreference: 'single', importModuleSpecifierPreference: 'relative', preferTypeOnlyAutoImports: true };
const apply = (f, changes) => { let t = read(f); for (const c of [...changes].sort((a, b) => b.span.start - a.span.start)) t = t.slice(0, c.span.start) + c.newText + t.slice(c.span.start + c.span.length); write(f, t); };
const mine = parsed.fileNames.filter((f) => !f.includes('node_modules'));
for (const f of mine) {
	let diags = ls.getSemanticDiagnostics(f).filter((d) => [2305, 2724, 2307, 2614, 2459].includes(d.code));
	if (diags.length) {
		const sf = ls.getProgram().getSourceFile(f); const spans = [];
		for (const d of diags) {
			let node = sf; const find = (n) => { if (n.pos <= d.start && d.start < n.end) { node = n; ts.forEachChild(n, find); } }; find(sf);
			if (d.code === 2307) { let n = node; while (n && !ts.isImportDeclaration(n)) n = n.parent; if (n) spans.push({ span: { start: n.getStart(), length: n.end - n.getStart() + 1 }, newText: '' }); }
			else { let n = node; while (n && !ts.isImportSpecifier(n)) n = n.parent; if (n) { let end = n.end; const rest = sf.text.slice(end).match(/^\s*,/); if (rest) end += rest[0].length; spans.push({ span: { start: n.getStart(), length: end - n.getStart() }, newText: '' }); } }
		}
		apply(f, spans);
		write(f, read(f).replace(/^import (type )?\{\s*,?\s*\} from '[^']*';\n/gm, ''));
	}
}
for (const f of mine) for (const fix of ['fixMissingImport', 'unusedIdentifier_deleteImports', 'unusedIdentifier_delete']) {
	const codes = [...ls.getSemanticDiagnostics(f), ...ls.getSuggestionDiagnostics(f)].map((d) => d.code);
	if (fix === 'fixMissingImport' && !codes.some((c) => [2304, 2552, 2503].includes(c))) continue;
	if (fix !== 'fixMissingImport' && !codes.some((c) => [6133, 6192, 6196].includes(c))) continue;
	if (fix === 'unusedIdentifier_delete') { // only import specifiers
		const sf = ls.getProgram().getSourceFile(f);
		const spans = [];
		for (const d of ls.getSuggestionDiagnostics(f).concat(ls.getSemanticDiagnostics(f)).filter((d) => [6133, 6196].includes(d.code))) {
			let node = sf; const find = (n) => { if (n.pos <= d.start && d.start < n.end) { node = n; ts.forEachChild(n, find); } }; find(sf);
			let n = node; while (n && !ts.isImportSpecifier(n) && !ts.isImportDeclaration(n)) n = n.parent;
			if (!n) continue;
			if (ts.isImportSpecifier(n)) { let end = n.end; const rest = sf.text.slice(end).match(/^\s*,/); if (rest) end += rest[0].length; spans.push({ span: { start: n.getStart(), length: end - n.getStart() }, newText: '' }); }
			else spans.push({ span: { start: n.getStart(), length: n.end - n.getStart() + 1 }, newText: '' });
		}
		const unique = [...new Map(spans.map((s) => [s.span.start, s])).values()];
		apply(f, unique); write(f, read(f).replace(/^import (type )?\{\s*,?\s*\} from '[^']*';\n/gm, ''));
		continue;
	}
	const { changes } = ls.getCombinedCodeFix({ type: 'file', fileName: f }, fix, format, prefs);
	for (const c of changes) apply(c.fileName, c.textChanges);
}
