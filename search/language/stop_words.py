"""Words that say nothing of a need: grammar, politeness, verbs and times of any sentence, what every town and every solution is called."""

_WORDS = """
    a afin ai aide aider ailleurs aimerais aimerions ainsi allons alors annee annees apres arriver au aucun aucune
    auquel aussi autre autres aux avaient avait avant avec avez avoir avons ayant besoin bien bonjour bout ca car
    ce cela celle celles celui ces cet cette ceux chaque cherche chercher cherchons chez chose choses ci
    collectivite collectivites combien comme comment commune communes contre dans de deja demander depuis des
    deux devons devrait dois doit doivent donc donner dont du duquel eh elle elles en encore entre est et etaient
    etait etant ete etes etre eu eut eux faire fais faisons fait faites faudra faudrait faut ferait fois font
    gerer grace ici il ils jamais je jour jours jusqu jusque la laisser laquelle le lequel les lesquels leur leurs
    lors lorsqu lorsque lui ma mairie maintenant mais malgre me meme merci mes mettre mieux moi moins mois mon ne ni non
    nos notre nous on ont ou oui outil outils par parmi pas pendant permet permettre peut peuvent peux plus
    plusieurs pour pourquoi pouvoir pouvons prendre propose puis puisqu puisque quand que quel quelle quelles
    quelqu quelque quelques quels qui quiconque quoi quoiqu rendre reste restent rester rien sa sait sans savoir
    se selon semaine sera serait seront ses si soit solution solutions sommes son sont souhaite souhaiter
    souhaitons sous suis sur svp ta tard tel telle telles tels tenir territoire tes toi ton toujours tous tout
    toute toutes tres trop trouver tu un une utiliser va vais venir vers veulent veut veux via viennent vient
    ville villes voir vont vos votre voudrais vouloir voulons vous y
    """
STOP_WORDS = frozenset(_WORDS.split())
