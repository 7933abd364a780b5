import Handlebars from 'handlebars';
import { RenderLimitError, renderTemplate } from './render-template.js';
import { MAX_TEMPLATE_BYTES, parseTemplate, TemplateError } from './template-syntax.js';

const render = (source: string, context: Record<string, unknown> = {}) =>
  renderTemplate(parseTemplate(source), context);

/** A context with everything that a template could trip over. */
const context = {
  name: 'Ada & <Bob>',
  empty: '',
  nothing: null,
  zero: 0,
  no: false,
  list: ['x', 'y', 'z'],
  people: [
    { name: 'Ann', pets: ['cat'] },
    { name: 'Ben', pets: [] },
  ],
  map: { warm: 'kind', cold: 'sharp' },
  tone: 'warm',
  'first name': 'Eve',
};

describe('a template renders as Handlebars does', () => {
  it.each([
    '{{name}} {{{name}}} {{& name}}',
    '[{{missing}}][{{nothing}}][{{empty}}][{{zero}}][{{no}}]',
    '{{list}} {{list.length}} {{list.[2]}} {{map.warm}} {{map}}',
    '{{#if name}}yes{{else}}no{{/if}} {{#if zero}}yes{{else}}no{{/if}} {{#if zero includeZero=true}}yes{{/if}}',
    '{{#if missing}}1{{else if tone}}2{{else}}3{{/if}}',
    '{{^if missing}}inverse{{/if}}',
    '{{#unless no}}shown{{else}}hidden{{/unless}}',
    '{{#each list}}{{@index}}/{{@key}}:{{this}}{{#unless @last}}, {{/unless}}{{/each}}',
    '{{#each map}}{{@key}}={{this}};{{/each}}',
    '{{#each nothing}}x{{else}}none{{/each}}{{#each empty}}x{{else}}none{{/each}}{{#each list.[9]}}x{{/each}}',
    '{{#each people}}{{name}} of {{../tone}}{{#each pets}} {{this}} {{../name}} {{../../tone}} {{@../index}}{{/each}}\n{{/each}}',
    '{{#each people as |person i|}}{{i}}{{person.name}}{{#if person.pets}}!{{/if}}{{@root.tone}}{{/each}}',
    '{{#each list as |t|}}{{t}}{{this.t}}{{./t}}{{/each}}',
    '  {{~name~}}  .\n{{#if name}}\nline\n{{/if}}\nend {{! comment }}{{!-- another --}}',
    '{{"first name"}} {{[first name]}} {{this.name}} {{./name}}',
    '\\{{name}}',
    '{{lookup map tone}} {{lookup list 1}}',
  ])('%s', (source) => {
    // Handlebars warns about `lookup`'s prototype check only; own properties are read alike.
    const expected = Handlebars.create().compile(source, { noEscape: true })(context);
    expect(render(source, context)).toBe(expected);
  });
});

describe('the five helpers', () => {
  it.each([
    ['{{lookup map "warm"}}', 'kind'],
    ['{{lookup map missing}}', ''],
    ['{{#if (eq tone "warm")}}yes{{/if}}', 'yes'],
    ['{{#if (eq zero no)}}same{{else}}different{{/if}}', 'different'],
    ['{{or empty missing "friend"}}', 'friend'],
    ['{{or empty zero}}', '0'],
    ['{{and name tone}}', 'warm'],
    ['[{{and name empty tone}}]', '[]'],
    ['{{#if (and name (or empty tone))}}yes{{/if}}', 'yes'],
    [
      '{{exists empty}} {{exists nothing}} {{exists missing}} {{exists zero}} {{exists no}}',
      'false false false true true',
    ],
  ])('%s → %s', (source, expected) => {
    expect(render(source, context)).toBe(expected);
  });
});

describe('a template that is refused', () => {
  const deepBlocks = '{{#if a}}'.repeat(40) + '{{/if}}'.repeat(40);
  const deepCalls = `{{eq ${'(or a '.repeat(40)}b${')'.repeat(40)} 1}}`;

  it.each<[string, string, RegExp, number, number]>([
    ['a partial', 'a\n  {{> secret}}', /partials/, 2, 3],
    ['a dynamic partial', '{{> (lookup this "x")}}', /partials/, 1, 1],
    ['a partial block', '{{#> layout}}x{{/layout}}', /partials/, 1, 1],
    ['an inline partial', '\n\n{{#*inline "x"}}y{{/inline}}', /inline partials/, 3, 1],
    ['a decorator', '{{* decorate}}', /decorators/, 1, 1],
    ['a raw block', 'ab {{{{raw}}}} {{x}} {{{{/raw}}}}', /raw blocks/, 1, 4],
    ['a raw block in the name of a block', '{{{{if x}}}}y{{{{/if}}}}', /raw blocks/, 1, 1],
    ['with', '{{#with map}}{{warm}}{{/with}}', /#with is not a block/, 1, 1],
    ['log', '{{log "x"}}', /"log" is not a helper/, 1, 1],
    [
      'an unknown helper',
      '{{name}} {{upper name}}',
      /"upper" is not a helper; the helpers are lookup, eq/,
      1,
      10,
    ],
    ['an unknown helper inside', '{{#if (evil name)}}x{{/if}}', /"evil" is not a helper/, 1, 7],
    ['helperMissing', '{{helperMissing name}}', /not a helper/, 1, 1],
    ['blockHelperMissing', '{{#blockHelperMissing name}}{{/blockHelperMissing}}', /not a block/, 1, 1],
    ['an inherited name as a helper', '{{constructor "return process"}}', /not a helper/, 1, 1],
    ['__proto__ as a helper', '{{__proto__ name}}', /not a helper/, 1, 1],
    ['a method as a helper', '{{name.toString 1}}', /not a helper/, 1, 1],
    ['a section', '{{#people}}x{{/people}}', /#people is not a block/, 1, 1],
    ['an inverted section', '{{^people}}x{{/people}}', /not a block/, 1, 1],
    ['a helper used as a block', '{{#eq a b}}x{{/eq}}', /not a block/, 1, 1],
    ['a block used inline', '{{if name}}', /"if" is not a helper/, 1, 1],
    ['a helper without its arguments', '{{lookup map}}', /lookup takes 2 argument/, 1, 1],
    ['a helper with none', '{{exists}}', /exists takes 1 argument/, 1, 1],
    ['a named argument', '{{eq a b c=1}}', /named arguments/, 1, 1],
    ['#each with a named argument', '{{#each list a=1}}x{{/each}}', /takes no argument named a/, 1, 14],
    ['#if without an argument', '{{#if}}x{{/if}}', /exactly one argument/, 1, 1],
    ['unknown @data', '{{@partial-block}}', /@partial-block is unknown/, 1, 3],
    ['an open block', 'a\n{{#if name}}', /syntax/, 2, 14],
    ['a wrong end', 'a\n{{#if x}}{{/each}}', /if doesn't match each/, 2, 4],
    ['an open mustache', '{{name', /syntax/, 1, 3],
    ['a mistake far along the line', `${'word '.repeat(20)}{{list.1}}`, /syntax/, 1, 108],
    ['blocks nested without end', deepBlocks, /nested/, 1, 151],
    ['calls nested without end', deepCalls, /nested/, 1, 52],
    ['more than 50 KB', 'x'.repeat(MAX_TEMPLATE_BYTES + 1), /larger than 50 KB/, 1, 1],
  ])('%s', (_, source, problem, line, column) => {
    let thrown: unknown;
    try {
      parseTemplate(source);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TemplateError);
    const error = thrown as TemplateError;
    expect(error.message).toMatch(problem);
    expect([error.line, error.column]).toEqual([line, column]);
  });

  it.each([
    ['blocks', '{{#if a}}'.repeat(3000) + '{{/if}}'.repeat(3000)],
    ['blocks left open', '{{~#each a}}'.repeat(4000)],
    ['inverse blocks', '{{^if a}}'.repeat(5000)],
    ['else-ifs', `{{#if a}}${'{{else if a}}'.repeat(3500)}{{/if}}`],
    ['spread-out else-ifs', `{{#if a}}${'{{~ else\n each a}}'.repeat(2500)}{{/if}}`],
    ['calls', `{{eq ${'(or '.repeat(8000)}a${')'.repeat(8000)} 1}}`],
  ])('thousands of nested %s are refused before the parser, which would take minutes', (_, source) => {
    expect(() => parseTemplate(source)).toThrow(/nested too deeply/);
  });
});

describe('a template that tries to escape', () => {
  it.each([
    ['{{constructor}}'],
    ['{{constructor.name}}'],
    ['{{__proto__}}'],
    ['{{this.__proto__.constructor.name}}'],
    ['{{map.constructor.constructor}}'],
    ['{{name.constructor}}'],
    ['{{list.map}}'],
    ['{{toString}}'],
    ['{{@root.constructor}}'],
    ['{{lookup map "constructor"}}'],
    ['{{lookup this "__proto__"}}'],
    ['{{lookup (lookup map "constructor") "name"}}'],
    ['{{lookup list "__proto__"}}'],
    ['{{lookup name "constructor"}}'],
    ['{{#each (lookup map "__proto__")}}{{@key}}{{/each}}'],
    ['{{#each constructor}}{{@key}}{{/each}}'],
  ])('%s renders nothing', (source) => {
    expect(render(source, context)).toBe('');
  });

  const classic =
    '{{#with "s" as |string|}}{{#with "e"}}{{#with split as |conslist|}}{{this.pop}}{{this.push (lookup string.sub ' +
    '"constructor")}}{{/with}}{{/with}}{{/with}}';

  /** Each is refused, or renders nothing that was not in the input. */
  it.each([
    classic,
    '{{#with (lookup this "constructor")}}{{this}}{{/with}}',
    '{{constructor.constructor "return process.env"}}',
    '{{lookup (lookup this "constructor") "constructor"}}',
    '{{lookup (lookup (lookup map "constructor") "prototype") "toString"}}',
    '{{this.constructor.prototype.polluted}}',
    '{{[__proto__]}}{{this.[__proto__]}}{{map/[__proto__]/[constructor]}}',
    '{{map.[constructor].[constructor]}}',
    '{{"__proto__"}}{{"constructor"}}',
    '{{@root.__proto__}}{{@root.[constructor].[name]}}',
    '{{@root.@root}}',
    '{{../constructor}}{{../../__proto__}}{{../..}}',
    '{{#each people}}{{../../../constructor}}{{/each}}',
    '{{#each map as |v k|}}{{v.constructor}}{{k.length.constructor}}{{/each}}',
    '{{#each list as |constructor __proto__|}}{{constructor.constructor}}{{__proto__.x}}{{/each}}',
    '{{#each list as |__proto__|}}{{__proto__.polluted}}{{/each}}',
    '{{__defineGetter__ "a" b}}{{__lookupGetter__ "a"}}',
    '{{helperMissing}}{{blockHelperMissing}}',
    '{{#blockHelperMissing this}}{{/blockHelperMissing}}',
    '{{process.env.PATH}}{{global.process}}{{globalThis.process}}{{require}}',
    '{{require "fs"}}',
    '{{#eq 1 1}}{{/eq}}',
    '{{eq.constructor}}{{lookup.constructor}}',
    '{{(lookup lookup "constructor")}}',
    '{{lookup map (lookup list "constructor")}}',
    '{{lookup list "length.constructor"}}',
    '{{lookup map list}}{{lookup map people}}',
    '{{list.forEach}}{{list.concat}}{{name.replace}}{{name.sub}}',
    '{{0}}{{1.5}}{{true}}{{null}}{{undefined}}',
    '{{list.[-1]}}{{list.[99999999999]}}{{list.[1e1]}}',
    '{{> (lookup this "name")}}',
    '{{#> @partial-block}}{{/@partial-block}}',
    '{{#*inline "lookup"}}x{{/inline}}{{lookup map tone}}',
    '{{* registerHelper}}',
    '{{{{lookup}}}}{{constructor}}{{{{/lookup}}}}',
    '{{!-- }} {{constructor}} --}}',
    '{{!-- --}}{{constructor}}{{! {{constructor}} }}',
    '{{~constructor~}}{{{constructor}}}{{& constructor}}',
    '{{cоnstructor}}{{ｃonstructor}}{{constructor\u200b}}',
    '{{\u202econstructor}}',
    '{{con\\u0073tructor}}',
    '{{nameconstructor}}',
    '{{#each this}}{{@key.constructor}}{{/each}}',
    '{{@index.constructor}}{{@key.constructor}}{{@../root.constructor}}',
    '{{#if constructor}}inherited{{/if}}{{#if __proto__}}inherited{{/if}}{{#if (exists toString)}}inherited{{/if}}',
    '{{#unless (eq (lookup map "constructor") undefined)}}inherited{{/unless}}',
  ])('%s is refused or harmless', (source) => {
    let rendered = '';
    try {
      rendered = render(source, context);
    } catch (error) {
      expect(error).toBeInstanceOf(TemplateError);
    }
    expect(rendered).not.toMatch(/native code|function|inherited|Object|Array|PATH|\[object/);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('reads an own key of an awkward name as data', () => {
    const given = JSON.parse('{"__proto__":"plain","toString":1,"o":{"toString":"x"}}') as Record<
      string,
      unknown
    >;
    expect(render('{{__proto__}} {{toString}} {{o}}', given)).toBe('plain 1 [object Object]');
    expect(({} as Record<string, unknown>).plain).toBeUndefined();
  });
});

describe('rendering is bounded', () => {
  const many = Array.from({ length: 1000 }, (_, index) => index);

  it('in steps', () => {
    const nested = '{{#each many}}{{#each ../many}}{{#each ../../many}}{{/each}}{{/each}}{{/each}}';
    expect(() => render(nested, { many })).toThrow(RenderLimitError);
  });

  it('in output', () => {
    expect(() => render('{{big}}'.repeat(5000), { big: 'x'.repeat(50_000) })).toThrow(/longer than 100000/);
    expect(() => render(`{{#each many}}${'y'.repeat(1000)}{{/each}}`, { many })).toThrow(RenderLimitError);
  });

  it('in time', () => {
    let clock = 0;
    const limits = { steps: 1e9, outputLength: 1e9, milliseconds: 250 };
    const slow = () =>
      renderTemplate(
        parseTemplate('{{#each many}}{{#each ../many}}{{/each}}{{/each}}'),
        { many },
        limits,
        () => (clock += 10),
      );
    expect(slow).toThrow(/250 ms/);
  });

  it('renders what is large but within bounds', () => {
    expect(render('{{#each many}}{{this}},{{/each}}', { many })).toHaveLength(3890);
  });
});
