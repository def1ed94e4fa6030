const ground = '^libs/(errors|context|ids|config|cache|resilience|sql|kv|events|search)/';
const domain = '^libs/(comment|history|account)/';

/** The dependency rule of ARCHITECTURE.md: apps, domain libs, first floor, ground floor. Imports point downwards. */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'A circle of imports breaks decorator metadata under ESM and hides who owns what.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'ground-floor-stands-alone',
      comment:
        'Ground libs are publishable alone: they know errors and context, nothing else of ours, and no Nest.',
      severity: 'error',
      from: { path: ground, pathNot: '\\.(spec|contract)\\.ts$|/test/' },
      to: { path: '^libs/(?!errors/|context/)|node_modules/@nestjs/', pathNot: '^libs/$1/' },
    },
    {
      name: 'no-app-imports-an-app',
      comment:
        'Apps meet over rpc and events. Only standalone composes them, by their index; so may the component tests of an app that need its peer.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: ['^apps/standalone/', '^apps/[^/]+/test/'] },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-know-no-app',
      comment: 'A lib that imports an app cannot be taken along.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'domains-stay-apart',
      comment: 'What two domains share travels as an event or an rpc.',
      severity: 'error',
      from: { path: '^libs/(comment|history|account)/' },
      to: { path: domain, pathNot: '^libs/$1/' },
    },
    {
      name: 'first-floor-knows-no-domain',
      comment: 'Domain libs stand on the first floor, not under it.',
      severity: 'error',
      from: { path: '^libs/', pathNot: [domain, '^libs/testing/'] },
      to: { path: domain },
    },
    {
      name: 'by-the-index-only',
      comment: 'Nothing reaches into a lib but through its index (or its shipped contract suite).',
      severity: 'error',
      from: { path: '^(?:apps|libs)/([^/]+)/' },
      to: {
        path: '^libs/([^/]+)/src/',
        pathNot: ['^libs/[^/]+/src/index\\.ts$', '\\.contract\\.ts$', '^libs/$1/'],
      },
    },
    {
      name: 'standalone-by-the-index',
      comment: 'Even the composition root sees only the door of an app.',
      severity: 'error',
      from: { path: '^apps/standalone/' },
      to: { path: '^apps/([^/]+)/src/', pathNot: ['^apps/[^/]+/src/index\\.ts$', '^apps/standalone/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    includeOnly: { path: '^(apps|libs|test|node_modules/@nestjs)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@storey/source', 'import', 'node', 'default'],
    },
  },
};
