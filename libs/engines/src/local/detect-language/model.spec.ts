import { runOn, startLocalEngine } from '../../../../../test/support/local-engine.js';

jest.setTimeout(30_000);

describe('detect-language', () => {
  const engine = startLocalEngine();
  afterAll(() => engine.close());

  const detect = (text: string, maxCandidates = 3) =>
    runOn(engine, 'detect-language', { input: { text, maxCandidates } }).result;

  it.each([
    ['en', 'English', 'The committee will meet again on Thursday to discuss the results.'],
    ['de', 'German', 'Der Zug nach Hamburg hat heute leider zwanzig Minuten Verspätung.'],
    ['fr', 'French', "Nous avons passé l'après-midi au bord de la rivière avec nos amis."],
    ['es', 'Spanish', 'Mañana por la mañana iremos al mercado para comprar fruta fresca.'],
    ['ru', 'Russian', 'Сегодня вечером мы собираемся пойти в театр с друзьями.'],
    ['zh', 'Chinese', '今天下午我们打算去公园散步，然后一起吃晚饭。'],
    ['ja', 'Japanese', '明日の朝は早く起きて、駅まで歩いて行くつもりです。'],
    ['ar', 'Arabic', 'سنذهب غدا إلى السوق لشراء الخضروات والفواكه الطازجة.'],
    ['hi', 'Hindi', 'कल सुबह हम बाज़ार जाकर ताज़े फल और सब्ज़ियाँ खरीदेंगे।'],
    ['vi', 'Vietnamese', 'Sáng mai chúng tôi sẽ ra chợ mua rau và trái cây tươi.'],
  ])('knows %s (%s)', async (language, name, text) => {
    const output = await detect(text);
    expect(output['language']).toBe(language);
    expect(output['name']).toContain(name);
    expect(output['confidence']).toBeGreaterThan(0.5);
  });

  it('names as many candidates as asked, the answer first, the surest before the others', async () => {
    const output = await detect('Dobar dan, kako ste danas? Lijepo je vrijeme.', 5);
    const candidates = output['candidates'] as { language: string; confidence: number }[];
    expect(candidates).toHaveLength(5);
    expect(candidates[0]).toMatchObject({ language: output['language'] });
    const confidences = candidates.map(({ confidence }) => confidence);
    expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
  });

  it('fills in what a model of the catalogue does not ask for', async () => {
    const { result } = runOn(engine, 'detect-language', { input: { text: 'Where is the station?' } });
    expect((await result)['candidates']).toHaveLength(3);
  });

  it('reads a text of several lines as one', async () => {
    expect(await detect('Guten Morgen!\n\nWie geht es Ihnen heute?\tMir geht es gut.')).toMatchObject({
      language: 'de',
    });
  });

  it('refuses a text without letters', async () => {
    await expect(detect('12:30 — 450 €')).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
